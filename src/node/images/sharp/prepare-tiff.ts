import { checkTiffColours } from '../check-tiff-colours.js';
import { readTiffDirectory, TIFF_TAGS } from '../tiff-directory.js';
import { DEFAULT_CODING, yCbCrToRgb } from './ycbcr-to-rgb.js';

const YCBCR = 6;
/** Compressions that hold JPEGs: libvips gets RGB from their decoder. */
const JPEG_COMPRESSIONS: readonly number[] = [6, 7];
const ASSOCIATED = 1;
const [UNSIGNED, UNDEFINED] = [1, 4];

/** What an image may have at most: libvips reads any number of samples. */
const MOST_SAMPLES = 2 ** 16;

/**
 * What libvips takes on trust, or sees in another way. It takes YCbCr samples for RGB unless chroma is subsampled; clips
 * numbers with a sign, a fraction or more than 16 bits, whose range no file states; divides colours by an alpha channel
 * that they were multiplied by, which is told here, in place, that they were not.
 *
 * @returns how three decoded samples a pixel become RGB
 */
export function prepareTiff(bytes: Uint8Array): (samples: Uint8Array) => Uint8Array {
  const directory = readTiffDirectory(bytes);
  checkTiffColours(directory);
  const { entries } = directory;
  const entry = (tag: number) => entries.find((candidate) => candidate.tag === tag);
  const values = (tag: number, fallback: number[]) => {
    const found = entry(tag)?.values(MOST_SAMPLES) ?? [];
    return found.length > 0 ? found : fallback;
  };

  const bits = Math.max(...values(TIFF_TAGS.bitsPerSample, [1]));
  if (bits > 16) throw new Error(`${bits} bits a sample`);
  const format = values(TIFF_TAGS.sampleFormat, [UNSIGNED]).find((one) => ![UNSIGNED, UNDEFINED].includes(one));
  if (format !== undefined) throw new Error(`sample format ${format}`);

  // All of them: a damaged file may have several.
  for (const extra of entries.filter(({ tag }) => tag === TIFF_TAGS.extraSamples)) {
    if (extra.values(MOST_SAMPLES).includes(ASSOCIATED)) extra.erase(bytes);
  }

  const [compression] = values(TIFF_TAGS.compression, [1]);
  const [photometric] = values(TIFF_TAGS.photometric, [0]);
  const isSubsampled = values(TIFF_TAGS.yCbCrSubsampling, [2, 2]).some((step) => step !== 1);
  if (photometric !== YCBCR || JPEG_COMPRESSIONS.includes(compression) || isSubsampled) return (samples) => samples;
  if (bits !== 8) throw new Error(`${bits} bits of luma and chroma`);
  const rationals = (tag: number, fallback: readonly number[]) => {
    const found = entry(tag)?.rationals(fallback.length) ?? [];
    return found.length === fallback.length ? found : fallback;
  };
  const coding = {
    luma: rationals(TIFF_TAGS.yCbCrCoefficients, DEFAULT_CODING.luma),
    reference: rationals(TIFF_TAGS.referenceBlackWhite, DEFAULT_CODING.reference),
  };
  return (samples) => yCbCrToRgb(samples, coding);
}

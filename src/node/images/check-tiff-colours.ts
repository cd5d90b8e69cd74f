import { TIFF_TAGS, type TiffDirectory } from './tiff-directory.js';

const PALETTE = 3;
/** Samples of a pixel that are colours, by photometric interpretation (TIFF 6.0). */
const COLOURS = new Map([
  [0, 1],
  [1, 1],
  [2, 3],
  [PALETTE, 1],
  [5, 4],
  [6, 3],
  [8, 3],
]);
/** Largest number of samples per pixel. */
const MOST_SAMPLES = 2 ** 16;
const MOST_COLOURS = 2 ** 16;

/**
 * Refuses files whose number of samples does not fit their photometric interpretation, because decoders give different pixels for
 * them.
 * @throws Error with the reason
 */
export function checkTiffColours({ entries }: TiffDirectory): void {
  const entry = (tag: number) => entries.find((candidate) => candidate.tag === tag);
  const values = (tag: number) => entry(tag)?.values(MOST_SAMPLES) ?? [];
  const [photometric] = values(TIFF_TAGS.photometric);
  const [samples = 1] = values(TIFF_TAGS.samplesPerPixel);
  const extra = values(TIFF_TAGS.extraSamples).length;
  const colours = COLOURS.get(photometric);
  // One more sample is often an undeclared alpha channel.
  const fits = colours === undefined || samples === colours + extra || (extra === 0 && samples === colours + 1);
  if (!fits) throw new Error(`${samples} samples a pixel for photometric interpretation ${photometric}`);
  if (photometric !== PALETTE) return;
  const [bits = 1] = values(TIFF_TAGS.bitsPerSample);
  const map = entry(TIFF_TAGS.colourMap)?.values(3 * MOST_COLOURS) ?? [];
  if (map.length !== 3 * 2 ** bits) throw new Error(`a colour map of ${map.length} values for ${bits} bits`);
}

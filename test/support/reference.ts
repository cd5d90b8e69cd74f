import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ndarray from 'ndarray';
import { decodeImage, readImage } from '../../src/node/images/image-file.js';
import type { PixelImage, RawOutputs } from '../../src/types.js';

/**
 * Folder with the reference's photographs and networks (`golden/e2e`, `models`), which are not in the repository.
 * Tests that need it run where FACIAL_LMK_REFERENCE names it.
 */
export const reference = process.env.FACIAL_LMK_REFERENCE;

/** What a test says of itself where it is skipped. */
export const needsReference = reference ? '' : ' (skipped: FACIAL_LMK_REFERENCE names no folder)';

export const referenceModel = (name: string): string => join(reference ?? '', 'models', name);

/** What the merged model returned for one photograph. */
export interface GoldenImage {
  name: string;
  image: PixelImage;
  outputs: RawOutputs;
  alignImgsSha256: string;
}

interface GoldenFile {
  image: string;
  count: number;
  scores: number[];
  bboxes: number[][];
  kpss: number[][][];
  lmks: number[][][];
  M: number[][][];
  alignImgs?: string;
  alignImgsSha256: string;
}

async function readCrops(path: string | undefined): Promise<Uint8Array> {
  if (!path) return new Uint8Array(0);
  const { data } = await decodeImage(readFileSync(path));
  // The picture holds RGB, the merged model returns BGR.
  return Uint8Array.from(data, (_, i) => data[i - (i % 3) + 2 - (i % 3)]);
}

export const goldenNames = (): string[] =>
  reference
    ? readdirSync(join(reference, 'golden', 'e2e'))
        .filter((file) => file.endsWith('.json'))
        .map((file) => file.slice(0, -'.json'.length))
    : [];

export async function readGolden(name: string): Promise<GoldenImage> {
  const folder = join(reference ?? '', 'golden', 'e2e');
  const golden: GoldenFile = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
  const n = golden.count;
  return {
    name,
    image: await readImage(join(folder, golden.image)),
    outputs: {
      scores: ndarray(Float32Array.from(golden.scores), [n]),
      bboxes: ndarray(Int32Array.from(golden.bboxes.flat()), [n, 4]),
      kpss: ndarray(Int32Array.from(golden.kpss.flat(2)), [n, 5, 2]),
      align_imgs: ndarray(await readCrops(golden.alignImgs && join(folder, golden.alignImgs)), [n, 224, 224, 3]),
      lmks: ndarray(Int32Array.from(golden.lmks.flat(2)), [n, 106, 2]),
      M: ndarray(Float32Array.from(golden.M.flat(2)), [n, 2, 3]),
    },
    alignImgsSha256: golden.alignImgsSha256,
  };
}

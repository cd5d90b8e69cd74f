import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPool, FacialLandmarkDetector } from 'onnx-facial-lmk-detector/node';
import { bareNetworks } from './bare-networks.js';
import { bareThreads } from './bare-threads.js';
import type { Bench, Section } from './bench.js';
import { enlargedJpeg } from './enlarged-jpeg.js';
import { measure } from './harness.js';

const WORKERS = 2;
const FILES = 12;
/** Longer side of the photographs, as of a camera of nine megapixels. */
const SIDE = 4000;
const BASELINE = `bare networks in ${WORKERS} threads`;

/** A folder of photographs through a pool, beside threads that run the networks of as many pictures and do nothing else. */
export const benchPhotographs: Bench = async ({ models, images, rounds }) => {
  const detector = await FacialLandmarkDetector.load(models);
  const pool = await createPool({ ...models, workers: WORKERS });
  const folder = await mkdtemp(join(tmpdir(), 'facial-lmk-photographs-'));
  const sections: Section[] = [];
  for (const { name, image } of images) {
    const { data, info } = await enlargedJpeg(image, SIDE);
    const files = Array.from({ length: FILES }, (_, i) => join(folder, `${name}-${i}.jpg`));
    for (const file of files) await writeFile(file, data);
    const bare = await bareNetworks(models, detector, image);
    const threads = bareThreads(models, bare, WORKERS, FILES);
    const through = (decode: 'exact' | 'fast') => async () => {
      for await (const { error } of pool.stream(files, { decode })) if (error) throw error;
    };
    const rows = await measure(
      {
        [BASELINE]: threads.run,
        "a folder, decode: 'exact'": through('exact'),
        "a folder, decode: 'fast'": through('fast'),
      },
      { rounds: Math.max(3, Math.ceil(rounds / 5)), baseline: BASELINE },
    );
    await Promise.all([bare.close(), threads.close()]);
    const [, exact, fast] = rows.map(({ ratio }) => (1 / (ratio?.median ?? 1)).toFixed(2));
    sections.push({
      title: `${FILES} JPEG files of ${info.width} x ${info.height}, ${name}, pool of ${WORKERS}`,
      baseline: BASELINE,
      rows,
      note: `Images a second to the networks alone: ${exact}, and ${fast} with decode: 'fast'.`,
    });
  }
  await Promise.all([detector.close(), pool.close(), rm(folder, { recursive: true })]);
  return sections;
};

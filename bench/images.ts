import { readdir } from 'node:fs/promises';
import { extname, join, parse } from 'node:path';
import { drawScene, readImage } from 'onnx-facial-lmk-detector/node';
import type { BenchImage } from './bench.js';

const EXTENSIONS = ['.jpg', '.jpeg', '.png', '.webp'];

/** Drawn scenes of one and nine faces, the same in every run. */
function scenes(): BenchImage[] {
  return [
    { name: 'scene-1', image: drawScene({ seed: 7, width: 512, height: 512, faces: 1, minSize: 200 }).image },
    { name: 'scene-9', image: drawScene({ seed: 9, width: 1280, height: 720, faces: 9, maxSize: 160 }).image },
  ];
}

/**
 * The images of a folder, or drawn scenes.
 * @param only names without extension; all when undefined
 */
export async function benchImages(
  folder: string | undefined,
  only: readonly string[] | undefined,
): Promise<BenchImage[]> {
  const wanted = (name: string) => only === undefined || only.includes(name);
  if (folder === undefined) return scenes().filter(({ name }) => wanted(name));
  const files = (await readdir(folder)).filter(
    (file) => EXTENSIONS.includes(extname(file).toLowerCase()) && wanted(parse(file).name),
  );
  return Promise.all(
    files.sort().map(async (file) => ({ name: parse(file).name, image: await readImage(join(folder, file)) })),
  );
}

import { readdir } from 'node:fs/promises';
import { extname, join, parse } from 'node:path';
import { fileURLToPath } from 'node:url';
import { drawScene, type PixelImage, readImage } from 'onnx-facial-lmk-detector/node';
import type { BenchImage } from './bench.js';

const EXTENSIONS = ['.jpg', '.jpeg', '.png', '.webp'];

const SAMPLE = fileURLToPath(new URL('../dist/sample/mona-lisa.jpg', import.meta.url));
/** The face of the painting with what is around it, and the face alone: x y width height in its pixels. */
const PORTRAIT = [84, 40, 512, 512] as const;
const FACE = [212, 110, 256, 360] as const;

/** Copies part of an RGB image into another. */
function copyPart(
  from: PixelImage,
  [x, y, width, height]: typeof PORTRAIT | typeof FACE,
  to: PixelImage,
  left = 0,
  top = 0,
) {
  for (let row = 0; row < height; row++) {
    const start = ((y + row) * from.width + x) * 3;
    to.data.set(from.data.subarray(start, start + width * 3), ((top + row) * to.width + left) * 3);
  }
}

const blank = (width: number, height: number): PixelImage => ({
  data: new Uint8Array(width * height * 3).fill(128),
  width,
  height,
  channelOrder: 'rgb',
});

/** The face of the painting once in 512 x 512 pixels, and nine times in 1280 x 720. */
async function paintings(): Promise<BenchImage[]> {
  const painting = await readImage(SAMPLE);
  const [one, nine] = [blank(512, 512), blank(1280, 720)];
  copyPart(painting, PORTRAIT, one);
  for (let i = 0; i < 9; i++) copyPart(painting, FACE, nine, (i % 5) * 256, Math.floor(i / 5) * 360);
  return [
    { name: 'painting-1', image: one },
    { name: 'painting-9', image: nine },
  ];
}

/** Drawn scenes of one and nine faces, the same in every run. */
function scenes(): BenchImage[] {
  return [
    { name: 'scene-1', image: drawScene({ seed: 7, width: 512, height: 512, faces: 1, minSize: 200 }).image },
    { name: 'scene-9', image: drawScene({ seed: 9, width: 1280, height: 720, faces: 9, maxSize: 160 }).image },
  ];
}

/**
 * The images of a folder, or a painting, or drawn scenes where the networks know nothing else.
 * @param only names without extension; all when undefined
 */
export async function benchImages(
  folder: string | undefined,
  set: string,
  only: readonly string[] | undefined,
): Promise<BenchImage[]> {
  const wanted = (name: string) => only === undefined || only.includes(name);
  if (folder === undefined) {
    const images = set === 'drawn-faces' ? scenes() : await paintings();
    return images.filter(({ name }) => wanted(name));
  }
  const files = (await readdir(folder)).filter(
    (file) => EXTENSIONS.includes(extname(file).toLowerCase()) && wanted(parse(file).name),
  );
  return Promise.all(
    files.sort().map(async (file) => ({ name: parse(file).name, image: await readImage(join(folder, file)) })),
  );
}

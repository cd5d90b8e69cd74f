// One square picture of every head in some photographs.
//   node examples/avatars.mjs avatars photo.jpg another.jpg
import { mkdir } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { cropAvatars } from 'onnx-facial-lmk-detector';
import { FacialLandmarkDetector, readImage, writeImage } from 'onnx-facial-lmk-detector/node';

const [folder, ...photos] = process.argv.slice(2);
await mkdir(folder, { recursive: true });
const detector = await FacialLandmarkDetector.load();
for (const photo of photos) {
  const image = await readImage(photo);
  const { faces } = await detector.detect(image);
  for (const [i, avatar] of cropAvatars(image, faces, { size: 256 }).entries()) {
    const path = join(folder, `${basename(photo, extname(photo))}-${i + 1}.png`);
    await writeImage(path, avatar);
    console.log(path);
  }
}
await detector.close();

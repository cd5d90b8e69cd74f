// One square picture of every face of some photographs, upright and with the same place for the eyes.
//   node examples/avatars.mjs avatars photo.jpg another.jpg
import { mkdir } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { cropFace, imageFromTensor } from 'onnx-facial-lmk-detector';
import { FacialLandmarkDetector, readImage, writeImage } from 'onnx-facial-lmk-detector/node';

const [folder, ...photos] = process.argv.slice(2);
await mkdir(folder, { recursive: true });
const detector = await FacialLandmarkDetector.load();
for (const photo of photos) {
  const image = await readImage(photo);
  const { faces } = await detector.detect(image);
  for (const [i, face] of faces.entries()) {
    const { crop, cropChannelOrder } = cropFace(image, face, { size: 256, margin: 0.25 });
    const path = join(folder, `${basename(photo, extname(photo))}-${i + 1}.png`);
    await writeImage(path, imageFromTensor(crop, cropChannelOrder));
    console.log(path);
  }
}
await detector.close();

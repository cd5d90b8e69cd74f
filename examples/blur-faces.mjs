// Makes every face of a photograph unrecognisable.
//   node examples/blur-faces.mjs photo.jpg blurred.png
import { anonymizeFaces } from 'onnx-facial-lmk-detector';
import { FacialLandmarkDetector, readImage, writeImage } from 'onnx-facial-lmk-detector/node';

const [input, output = 'blurred.png'] = process.argv.slice(2);
const image = await readImage(input);
const detector = await FacialLandmarkDetector.load();
const { faces } = await detector.detect(image);
await detector.close();
await writeImage(output, anonymizeFaces(image, faces, { method: 'blur', strength: 0.8 }));
console.log(`${faces.length} faces hidden in ${output}`);

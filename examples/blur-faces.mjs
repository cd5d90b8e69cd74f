// Makes every face of a photograph unrecognisable.
//   node examples/blur-faces.mjs photo.jpg blurred.png
import { packPixels } from 'onnx-facial-lmk-detector';
import { FacialLandmarkDetector, readImage, writeImage } from 'onnx-facial-lmk-detector/node';

const [input, output = 'blurred.png'] = process.argv.slice(2);
/** Squares across a face: the fewer, the less is left of it. */
const SQUARES = 3;
/** Of the box on every side, so that hair and chin go too. */
const MARGIN = 0.25;

const image = await readImage(input);
const { width, height } = image;
const data = packPixels(image, 'rgb');

/** Gives a rectangle the mean colour of its pixels. */
function fill(left, top, right, bottom) {
  const sum = [0, 0, 0];
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) for (let c = 0; c < 3; c++) sum[c] += data[(y * width + x) * 3 + c];
  }
  const mean = sum.map((value) => value / ((right - left) * (bottom - top)));
  for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) data.set(mean, (y * width + x) * 3);
}

const detector = await FacialLandmarkDetector.load();
const { faces } = await detector.detect(image);
await detector.close();
for (const { box } of faces) {
  const side = Math.max(1, Math.ceil((box.x2 - box.x1) / SQUARES));
  const margin = MARGIN * (box.x2 - box.x1);
  const clamp = (value, max) => Math.min(Math.max(0, Math.round(value)), max);
  const right = clamp(box.x2 + margin, width);
  const bottom = clamp(box.y2 + margin, height);
  for (let y = clamp(box.y1 - margin, height); y < bottom; y += side) {
    for (let x = clamp(box.x1 - margin, width); x < right; x += side) {
      fill(x, y, Math.min(x + side, right), Math.min(y + side, bottom));
    }
  }
}
await writeImage(output, { data, width, height, channelOrder: 'rgb' });
console.log(`${faces.length} faces hidden in ${output}`);

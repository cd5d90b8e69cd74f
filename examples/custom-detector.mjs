// A detector of one's own before the landmarks: it looks at a large photograph in overlapping tiles, so that small faces are
// found that one look at the whole image would miss.
//   node examples/custom-detector.mjs crowd.jpg
import { alignFaces, detectFaces, landmarks } from 'onnx-facial-lmk-detector';
import { nms } from 'onnx-facial-lmk-detector/kernels';
import { findModels, loadNetwork, readImage } from 'onnx-facial-lmk-detector/node';

const [photo] = process.argv.slice(2);
const TILE = 640;
const OVERLAP = 160;

/** Where tiles begin along a side, the last one at the end of the image. */
function starts(length) {
  const all = [];
  for (let at = 0; at + TILE < length; at += TILE - OVERLAP) all.push(at);
  return [...all, Math.max(0, length - TILE)];
}

/** A part of an image, without a copy of its pixels. */
function part({ data, width, height, channelOrder }, left, top) {
  const rowStride = width * 3;
  const view = data.subarray(top * rowStride + left * 3);
  return { data: view, width: Math.min(TILE, width), height: Math.min(TILE, height), channelOrder, rowStride };
}

/** Any detector does that gives a score, a box and five points: this one, or one behind another runtime or service. */
async function detectInTiles(network, image) {
  const found = [];
  const views = [{ view: image, left: 0, top: 0 }];
  for (const top of starts(image.height)) {
    for (const left of starts(image.width)) views.push({ view: part(image, left, top), left, top });
  }
  for (const { view, left, top } of views) {
    for (const { score, box, keypoints } of await detectFaces(network, view)) {
      found.push({
        score,
        box: { x1: box.x1 + left, y1: box.y1 + top, x2: box.x2 + left, y2: box.y2 + top },
        keypoints: keypoints.map(({ name, x, y }) => ({ name, x: x + left, y: y + top })),
      });
    }
  }
  // The same face is seen in several tiles. Boxes go in by score, the best first.
  found.sort((a, b) => b.score - a.score);
  const boxes = Float32Array.from(found.flatMap(({ box: { x1, y1, x2, y2 } }) => [x1, y1, x2, y2]));
  const scores = Float32Array.from(found, ({ score }) => score);
  return nms(boxes, scores, 0.4, found.length || 1).map((i) => found[i]);
}

const image = await readImage(photo);
const paths = await findModels();
const detector = await loadNetwork(paths.detector);
const landmarker = await loadNetwork(paths.landmarker);
const detections = await detectInTiles(detector, image);
const aligned = alignFaces(
  image,
  detections.map(({ keypoints }) => keypoints),
);
const points = await landmarks(landmarker, aligned);
for (const [i, { score, box }] of detections.entries()) {
  console.log(JSON.stringify({ score, box, noseTip: points[i].landmarks[86] }));
}
await Promise.all([detector.close(), landmarker.close()]);

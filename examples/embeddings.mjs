// How much the faces of two photographs are alike, by a recognition network of yours: an ONNX file with one input
// (1, 3, 112, 112) and one output of numbers, as networks trained with ArcFace have. None comes with this package. Mind the
// licence of the network, and the law where you are.
//   node examples/embeddings.mjs recognition.onnx one.jpg another.jpg
import { cropFace } from 'onnx-facial-lmk-detector';
import { FacialLandmarkDetector, loadNetwork, readImage } from 'onnx-facial-lmk-detector/node';

const [file, ...photos] = process.argv.slice(2);
const SIDE = 112;
const detector = await FacialLandmarkDetector.load();
const network = await loadNetwork(file);

/** (1, 3, 112, 112) RGB, (p - 127.5) / 127.5, from a crop in BGR. */
function networkInput({ crop }) {
  const area = SIDE * SIDE;
  const data = new Float32Array(3 * area);
  for (let i = 0; i < area; i++) {
    for (let c = 0; c < 3; c++) data[c * area + i] = (crop.data[3 * i + (2 - c)] - 127.5) / 127.5;
  }
  return { data, shape: [1, 3, SIDE, SIDE] };
}

/** The best face of a photograph as a vector of length 1. */
async function embed(photo) {
  const image = await readImage(photo);
  const { faces } = await detector.detect(image, { maxFaces: 1 });
  if (faces.length === 0) throw new Error(`No face was found in ${photo}.`);
  const [{ data }] = await network.infer(networkInput(cropFace(image, faces[0], { template: 'arcface', size: SIDE })));
  const length = Math.hypot(...data);
  return Array.from(data, (value) => value / length);
}

const vectors = [];
for (const photo of photos) vectors.push(await embed(photo));
const [first] = vectors;
for (const [i, vector] of vectors.entries()) {
  const likeness = vector.reduce((sum, value, k) => sum + value * first[k], 0);
  console.log(`${likeness.toFixed(4)}\t${photos[i]}`);
}
await Promise.all([detector.close(), network.close()]);

// Who of the people in some photographs is most like the one in the first, by a recognition network of yours: an ONNX file
// with one input (1, 3, 112, 112) and one output of numbers, as networks trained with ArcFace have. None comes with this
// package. Mind the licence of the network, and the law where you are.
//   node examples/embeddings.mjs recognition.onnx one.jpg another.jpg third.jpg
import { cropFace, FaceIndex, imageFromTensor, toTensor } from 'onnx-facial-lmk-detector';
import { FacialLandmarkDetector, loadNetwork, readImage } from 'onnx-facial-lmk-detector/node';

const [file, first, ...others] = process.argv.slice(2);
const detector = await FacialLandmarkDetector.load();
const network = await loadNetwork(file);

/** What the network says of the best face of a photograph. */
async function embed(photo) {
  const image = await readImage(photo);
  const { faces } = await detector.detect(image, { maxFaces: 1 });
  if (faces.length === 0) throw new Error(`No face was found in ${photo}.`);
  const { crop } = cropFace(image, faces[0], { template: 'arcface', size: 112 });
  const [{ data }] = await network.infer(toTensor(imageFromTensor(crop, 'bgr'), { mean: 127.5, std: 127.5 }));
  return data;
}

const index = new FaceIndex();
for (const photo of others) index.add(photo, await embed(photo));
for (const { id, similarity } of index.nearest(await embed(first), 10)) console.log(`${similarity.toFixed(4)}\t${id}`);
await Promise.all([detector.close(), network.close()]);

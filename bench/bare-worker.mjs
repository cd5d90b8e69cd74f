// Thread of `pool.ts`: runs both networks on ready-made inputs, as often as it is told.
import { parentPort, workerData } from 'node:worker_threads';
import ndarray from 'ndarray';
import { loadNetwork } from 'onnx-facial-lmk-detector/node';

const { models, inputs } = workerData;
const [detector, landmarker] = await Promise.all([
  loadNetwork(models.detector, { threads: 1 }),
  loadNetwork(models.landmarker, { threads: 1 }),
]);
const revive = (tensor) => tensor && ndarray(tensor.data, tensor.shape);
const [image, faces] = [revive(inputs.image), revive(inputs.faces)];

parentPort.on('message', async (times) => {
  if (times === 0) return parentPort.close();
  for (let i = 0; i < times; i++) {
    await detector.infer(image);
    if (faces) await landmarker.infer(faces);
  }
  parentPort.postMessage('done');
});

import ndarray from 'ndarray';
import {
  alignFaces,
  analyzeFaces,
  detectorInput,
  FacialLandmarkDetector,
  LANDMARK106,
  loadNetwork,
  pixelView,
  plainKernels,
  SCRFD,
  type Tensor,
  Workspace,
} from 'onnx-facial-lmk-detector/node';
import type { Bench, Section } from './bench.js';
import { type Contender, measure } from './harness.js';

const BASELINE = 'bare networks';

/** From raw pixels to faces, beside the two networks on ready-made inputs and a merged graph where one is given. */
export const benchEndToEnd: Bench = async ({ models, images, merged, rounds }) => {
  const networks = { detector: await loadNetwork(models.detector), landmarker: await loadNetwork(models.landmarker) };
  const detector = await FacialLandmarkDetector.load(models);
  const plain = new Workspace(plainKernels);
  const sections: Section[] = [];
  for (const { name, image } of images) {
    const faces = await detector.detect(image);
    const side = SCRFD.side;
    const input: Tensor = ndarray(detectorInput(pixelView(image), side), [1, 3, side, side]);
    const batch = landmarkBatch(
      alignFaces(
        image,
        faces.map((face) => face.keypoints),
      ).map((face) => face.landmarkInput),
    );
    const contenders: Record<string, Contender> = {
      [BASELINE]: async () => {
        const first = await networks.detector.run(input);
        return [first, faces.length > 0 && (await networks.landmarker.run(batch))];
      },
      'detect()': () => detector.detect(image),
      'the same without WebAssembly': () => analyzeFaces(networks, image, {}, plain),
      ...(merged && { 'merged graph': () => merged.run(image) }),
    };
    const rows = await measure(contenders, { rounds, baseline: BASELINE });
    const title = `End to end, ${name} (${image.width} x ${image.height}, ${faces.length} faces)`;
    sections.push({ title, baseline: BASELINE, rows, chart: true });
  }
  await Promise.all([detector.close(), networks.detector.close(), networks.landmarker.close()]);
  return sections;
};

function landmarkBatch(inputs: readonly Tensor[]): Tensor {
  const { inputSide } = LANDMARK106;
  const length = 3 * inputSide ** 2;
  const data = new Float32Array(inputs.length * length);
  inputs.forEach((input, i) => {
    data.set(input.data, i * length);
  });
  return ndarray(data, [inputs.length, 3, inputSide, inputSide]);
}

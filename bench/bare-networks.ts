import { detectorInput, pixelView } from 'onnx-facial-lmk-detector/kernels';
import {
  alignFaces,
  type FacialLandmarkDetector,
  LANDMARK106,
  loadNetwork,
  type ModelPaths,
  type OnnxNetwork,
  type PixelImage,
  type SessionOptions,
  type Tensor,
} from 'onnx-facial-lmk-detector/node';
import type { Contender } from './harness.js';

/** What all whole pipelines are compared with: both networks on ready-made inputs, all faces at once. */
export const BARE_NETWORKS = 'bare networks';

export interface BareNetworks {
  detector: OnnxNetwork;
  landmarker: OnnxNetwork;
  /** Of one image: the detector's input, and all faces' landmark inputs, or undefined where there is no face. */
  inputs: { image: Tensor; faces: Tensor | undefined };
  faces: number;
  run: Contender;
  close(): Promise<void>;
}

/** Opens both networks and prepares the inputs that this image leads to. */
export async function bareNetworks(
  models: ModelPaths,
  pipeline: FacialLandmarkDetector,
  image: PixelImage,
  options: SessionOptions = {},
): Promise<BareNetworks> {
  const [detector, landmarker] = [
    await loadNetwork(models.detector, options),
    await loadNetwork(models.landmarker, options),
  ];
  const { faces, networks } = await pipeline.detect(image);
  const input = detectorInput(pixelView(image), networks.options.detectorSide).tensor;
  const aligned = alignFaces(
    image,
    faces.map((face) => face.keypoints),
  );
  const batch = aligned.length > 0 ? landmarkBatch(aligned.map((face) => face.landmarkInput)) : undefined;
  return {
    detector,
    landmarker,
    inputs: { image: input, faces: batch },
    faces: faces.length,
    run: async () => [await detector.infer(input), batch && (await landmarker.infer(batch))],
    close: async () => {
      await Promise.all([detector.close(), landmarker.close()]);
    },
  };
}

function landmarkBatch(inputs: readonly Tensor[]): Tensor {
  const { inputSide } = LANDMARK106;
  const length = 3 * inputSide ** 2;
  const data = new Float32Array(inputs.length * length);
  inputs.forEach((input, i) => {
    data.set(input.data, i * length);
  });
  return { data, shape: [inputs.length, 3, inputSide, inputSide] };
}

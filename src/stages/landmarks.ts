import { InferenceError } from '../errors.js';
import { fixedBatch, landmarkValues } from '../landmark106/contract.js';
import { decodeLandmarks, inputToImage, truncatePoint } from '../landmark106/decode.js';
import { LANDMARK_INPUT_LENGTH, LANDMARK106 } from '../landmark106/spec.js';
import { tensor, tensorValues } from '../ops/tensor.js';
import type { AlignedFace, Network, Point } from '../types.js';
import { Workspace } from './workspace.js';

/** The 106 points of one face in image pixels. */
export interface LandmarkSet {
  /** Truncated toward zero to integers, as the merged model gives them. */
  landmarks: Point[];
  landmarksFloat: Point[];
}

/** Faces that go through the network at once. */
export function landmarkBatchSize(network: Network): number {
  return fixedBatch(network) ?? LANDMARK106.batch;
}

/** Floats of the input for so many faces: a network with a fixed batch takes no fewer, and nobody reads the rest. */
export function landmarkInputLength(network: Network, faces: number): number {
  return (fixedBatch(network) ?? faces) * LANDMARK_INPUT_LENGTH;
}

/**
 * One run of the network.
 * @param input `(n, 3, 192, 192)` with `landmarkInputLength`, the inputs of `faces` one after the other
 */
export async function runLandmarkBatch(
  network: Network,
  input: Float32Array,
  faces: readonly Pick<AlignedFace, 'cropToImage'>[],
): Promise<LandmarkSet[]> {
  const { inputSide, points } = LANDMARK106;
  const batch = input.length / LANDMARK_INPUT_LENGTH;
  const outputs = await network.run(tensor(input, [batch, 3, inputSide, inputSide]));
  const values = landmarkValues(network, outputs, batch);
  return faces.map((face, i) => {
    const fc1 = values.subarray(i * 2 * points, (i + 1) * 2 * points);
    const landmarksFloat = decodeLandmarks(fc1, inputToImage(face.cropToImage));
    if (!landmarksFloat.every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))) {
      throw new InferenceError({
        name: `the landmarker outputs (${network.name})`,
        expected: 'finite coordinates',
        received: 'NaN, infinity or numbers that lead there',
        hint: 'The network file is damaged or runs in a precision it does not support.',
      });
    }
    return { landmarks: landmarksFloat.map(truncatePoint), landmarksFloat };
  });
}

/**
 * Stage 3: aligned faces -> 106 points each, in image pixels. Faces go through the network in batches of bounded size.
 *
 * @param network 2d106det or another network with its contract
 * @param workspace what calls share; pass the same one to every call of a series
 * @throws ModelContractError, InferenceError
 */
export async function landmarks(
  network: Network,
  faces: readonly AlignedFace[],
  workspace: Workspace = new Workspace(),
): Promise<LandmarkSet[]> {
  const size = landmarkBatchSize(network);
  const sets: LandmarkSet[] = [];
  for (let start = 0; start < faces.length; start += size) {
    const batch = faces.slice(start, start + size);
    const found = await workspace.lend(landmarkInputLength(network, batch.length), (input) => {
      batch.forEach((face, i) => {
        input.set(tensorValues(face.landmarkInput), i * LANDMARK_INPUT_LENGTH);
      });
      return runLandmarkBatch(network, input, batch);
    });
    sets.push(...found);
  }
  return sets;
}

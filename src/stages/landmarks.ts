import { checkNetwork } from '../check-network.js';
import { InferenceError, InvalidOptionError } from '../errors.js';
import { checkLandmarker, fixedBatch, landmarkValues } from '../landmark106/contract.js';
import { decodeLandmarks, inputToImage, truncatePoint } from '../landmark106/decode.js';
import { LANDMARK106, type LandmarkSpec } from '../landmark106/spec.js';
import { checkMatrix } from '../ops/check-matrix.js';
import { checkList, checkObject } from '../options.js';
import { describeShape, isTensor, tensor, tensorValues } from '../tensor.js';
import type { AffineMatrix, AlignedFace, Network, Point } from '../types.js';
import { checkWorkspace, Workspace } from './workspace.js';

/** The points of one face in image pixels. */
export interface LandmarkSet {
  /** Truncated toward zero to integers, as the merged model gives them. */
  landmarks: Point[];
  landmarksFloat: Point[];
}

/** One run of the network for faces whose inputs lie one after the other in `input`. */
async function inferBatch(
  network: Network,
  input: Float32Array,
  cropsToImage: readonly AffineMatrix[],
  spec: LandmarkSpec,
): Promise<LandmarkSet[]> {
  const { inputSide, points } = spec;
  const batch = input.length / inputLength(spec);
  const outputs = await network.infer(tensor(input, [batch, 3, inputSide, inputSide]));
  const values = landmarkValues(network, outputs, batch, spec);
  return cropsToImage.map((cropToImage, i) => {
    const own = values.subarray(i * 2 * points, (i + 1) * 2 * points);
    const landmarksFloat = decodeLandmarks(own, inputToImage(cropToImage, spec), spec);
    if (!landmarksFloat.every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))) {
      throw new InferenceError({
        name: `the landmarker outputs (${network.name})`,
        expected: 'finite coordinates',
        received: 'NaN, infinity or numbers that lead there',
        hint: 'The network file is damaged, or the network runs in a precision that it does not support.',
      });
    }
    return { landmarks: landmarksFloat.map(truncatePoint), landmarksFloat };
  });
}

/** Refuses anything but a face that stage 2 has cut out. */
function checkAligned(name: string, value: unknown, { inputSide }: LandmarkSpec): void {
  const { landmarkInput, cropToImage } = checkObject(name, value) as AlignedFace;
  checkMatrix(`${name}.cropToImage`, cropToImage);
  if (isTensor(landmarkInput, Float32Array) && landmarkInput.shape.join() === `3,${inputSide},${inputSide}`) return;
  throw new InvalidOptionError({
    name: `${name}.landmarkInput`,
    expected: `a float32 tensor (3, ${inputSide}, ${inputSide})`,
    received: describeShape(landmarkInput),
    hint: 'alignFace makes one.',
  });
}

const inputLength = ({ inputSide }: LandmarkSpec) => 3 * inputSide * inputSide;

/**
 * Stage 3 for faces that are aligned only when it is their batch's turn, so that a thousand faces do not hold a thousand network
 * inputs at once.
 *
 * @param faces number of faces
 * @param align writes the landmark input of the face with an index into `input`, and returns its alignment
 */
export async function landmarksInBatches(
  network: Network,
  faces: number,
  align: (index: number, input: Float32Array) => Pick<AlignedFace, 'cropToImage'>,
  workspace: Workspace = new Workspace(),
  spec: LandmarkSpec = LANDMARK106,
): Promise<LandmarkSet[]> {
  const fixed = fixedBatch(network);
  const size = fixed ?? spec.batch;
  const length = inputLength(spec);
  const sets: LandmarkSet[] = [];
  for (let start = 0; start < faces; start += size) {
    const count = Math.min(size, faces - start);
    // A network with a fixed batch always gets a full batch; the results of the unused places are not read.
    const found = await workspace.lend((fixed ?? count) * length, (input) => {
      const cropsToImage = Array.from({ length: count }, (_, i) => {
        const own = input.subarray(i * length, (i + 1) * length);
        return align(start + i, own).cropToImage;
      });
      return inferBatch(network, input, cropsToImage, spec);
    });
    sets.push(...found);
  }
  return sets;
}

/**
 * Stage 3: aligned faces -> 106 points each, in image pixels. Faces go through the network in batches of bounded size.
 *
 * @param network 2d106det or another network with its contract
 * @param workspace kernels and buffers; pass the same one to every call of a series
 * @param spec of another network
 * @throws ModelContractError, InvalidOptionError, InferenceError
 */
export async function landmarks(
  network: Network,
  faces: readonly AlignedFace[],
  workspace: Workspace = new Workspace(),
  spec: LandmarkSpec = LANDMARK106,
): Promise<LandmarkSet[]> {
  checkLandmarker(checkNetwork('network', network), spec);
  checkList('faces', faces, (name, face) => checkAligned(name, face, spec));
  checkWorkspace('workspace', workspace);
  const copy = (index: number, input: Float32Array) => {
    input.set(tensorValues(faces[index].landmarkInput));
    return faces[index];
  };
  return landmarksInBatches(network, faces.length, copy, workspace, spec);
}

import { estimateNorms } from '../alignment/estimate-norm.js';
import { faceObject } from '../face/face-object.js';
import { pixelView } from '../image/pixel-image.js';
import { LANDMARK_INPUT_LENGTH } from '../landmark106/spec.js';
import type { Face, Network, PixelImage } from '../types.js';
import { type AlignOptions, cropAligned, landmarkOrder } from './align-face.js';
import { type DetectOptions, detectFaces } from './detect-faces.js';
import { landmarkBatchSize, landmarkInputLength, runLandmarkBatch } from './landmarks.js';
import { Workspace } from './workspace.js';

export interface PipelineOptions extends DetectOptions, AlignOptions {}

export interface Networks {
  /** SCRFD with key points */
  detector: Network;
  /** 2d106det */
  landmarker: Network;
}

/**
 * Stages 1, 2 and 3 in a row: image -> every face with box, key points, landmarks, crop and matrices.
 *
 * @param workspace what calls share; pass the same one to every call of a series
 */
export async function analyzeFaces(
  networks: Networks,
  image: PixelImage,
  options: PipelineOptions = {},
  workspace: Workspace = new Workspace(),
): Promise<Face[]> {
  // Before anything runs: a wrong option is wrong also where there is no face.
  landmarkOrder(options);
  const detections = await detectFaces(networks.detector, image, options, workspace);
  const view = pixelView(image);
  const norms = estimateNorms(detections.map((detection) => detection.keypoints));
  const faces: Face[] = [];
  const size = landmarkBatchSize(networks.landmarker);
  // Batch by batch, so that a thousand faces never hold a thousand network inputs at once.
  for (let start = 0; start < norms.length; start += size) {
    const batch = norms.slice(start, start + size);
    options.signal?.throwIfAborted();
    await workspace.lend(landmarkInputLength(networks.landmarker, batch.length), async (input) => {
      const aligned = batch.map((norm, i) => {
        const own = input.subarray(i * LANDMARK_INPUT_LENGTH, (i + 1) * LANDMARK_INPUT_LENGTH);
        return cropAligned(view, norm, options, workspace.kernels, own);
      });
      const sets = await runLandmarkBatch(networks.landmarker, input, aligned);
      aligned.forEach(({ landmarkInput: _, ...alignment }, i) => {
        faces.push(faceObject({ ...detections[start + i], ...alignment, ...sets[i] }));
      });
    });
  }
  return faces;
}

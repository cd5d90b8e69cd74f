import { faceObject } from '../face/face-object.js';
import type { LandmarkSpec } from '../landmark106/spec.js';
import type { ScrfdSpec } from '../scrfd/spec.js';
import type { Alignment, Face, Network, PixelImage } from '../types.js';
import { type AlignOptions, faceAligner, landmarkOrder } from './align-face.js';
import { type DetectOptions, detectFaces } from './detect-faces.js';
import { landmarksInBatches } from './landmarks.js';
import { Workspace } from './workspace.js';

export interface PipelineOptions extends DetectOptions, AlignOptions {}

export interface Networks {
  /** SCRFD with key points */
  detector: Network;
  /** 2d106det */
  landmarker: Network;
  /** Of another detector with SCRFD's kind of outputs. */
  detectorSpec?: ScrfdSpec;
  /** Of another landmark network. */
  landmarkerSpec?: LandmarkSpec;
}

/**
 * Stages 1, 2 and 3 in a row: image -> every face with box, key points, landmarks, crop and matrices.
 *
 * @param workspace what calls share; pass the same one to every call of a series
 */
export async function analyzeFaces(
  { detector, landmarker, detectorSpec, landmarkerSpec }: Networks,
  image: PixelImage,
  options: PipelineOptions = {},
  workspace: Workspace = new Workspace(),
): Promise<Face[]> {
  // Before anything runs: a wrong option is wrong also where there is no face.
  landmarkOrder(options);
  const detections = await detectFaces(detector, image, options, workspace, detectorSpec);
  const keypoints = detections.map((detection) => detection.keypoints);
  const align = faceAligner(image, keypoints, options, workspace);
  const alignments: Alignment[] = [];
  const alignInto = (index: number, input: Float32Array): Alignment => {
    options.signal?.throwIfAborted();
    const { landmarkInput: _, ...alignment } = align(index, input);
    alignments[index] = alignment;
    return alignment;
  };
  const sets = await landmarksInBatches(landmarker, detections.length, alignInto, workspace, landmarkerSpec);
  return detections.map((detection, i) => faceObject({ ...detection, ...alignments[i], ...sets[i] }));
}

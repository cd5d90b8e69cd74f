import { type AlignOptions, cropAligned } from './align-face.js';
import { estimateNorms } from './alignment/estimate-norm.js';
import { type DetectOptions, detectFaces } from './detect-faces.js';
import { LANDMARK106 } from './landmark106/spec.js';
import { landmarks } from './landmarks.js';
import { pixelView } from './pixel-image.js';
import type { Face, Network, PixelImage } from './types.js';

export interface PipelineOptions extends DetectOptions, AlignOptions {}

export interface Networks {
  /** SCRFD with key points */
  detector: Network;
  /** 2d106det */
  landmarker: Network;
}

/** Stages 1, 2 and 3 in a row: image -> every face with box, key points, landmarks, crop and matrices. */
export async function analyzeFaces(
  networks: Networks,
  image: PixelImage,
  options: PipelineOptions = {},
): Promise<Face[]> {
  const detections = await detectFaces(networks.detector, image, options);
  const view = pixelView(image);
  const norms = estimateNorms(detections.map((detection) => detection.keypoints));
  const faces: Face[] = [];
  // Batch by batch, so that a thousand faces never hold a thousand network inputs at once.
  for (let start = 0; start < detections.length; start += LANDMARK106.batch) {
    const aligned = norms.slice(start, start + LANDMARK106.batch).map((norm) => cropAligned(view, norm, options));
    const sets = await landmarks(networks.landmarker, aligned);
    aligned.forEach(({ landmarkInput: _, ...alignment }, i) => {
      faces.push({ ...detections[start + i], ...alignment, ...sets[i] });
    });
  }
  return faces;
}

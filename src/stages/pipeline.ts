import { checkNetwork } from '../check-network.js';
import { type Checked, type ChecksOf, checkOptions } from '../check-options.js';
import { faceObject } from '../face/face-object.js';
import { checkLandmarker } from '../landmark106/contract.js';
import type { LandmarkSpec } from '../landmark106/spec.js';
import { checkObject } from '../options.js';
import { checkDetector } from '../scrfd/contract.js';
import { sideForImage } from '../scrfd/detector-side.js';
import type { ScrfdSpec } from '../scrfd/spec.js';
import type { Alignment, Face, Network, PixelImage } from '../types.js';
import { ALIGN_OPTIONS, type AlignOptions, faceAligner } from './align-face.js';
import { DETECT_OPTIONS, type DetectOptions, type DetectSettings, detectSettings, findFaces } from './detect-faces.js';
import { landmarksInBatches } from './landmarks.js';
import { checkWorkspace, Workspace } from './workspace.js';

export interface PipelineOptions extends DetectOptions, AlignOptions {}

export interface Networks {
  /** SCRFD with key points */
  detector: Network;
  /** 2d106det */
  landmarker: Network;
  /** Of another detector with SCRFD's kind of outputs. */
  detectorSpec?: ScrfdSpec | undefined;
  /** Of another landmark network. */
  landmarkerSpec?: LandmarkSpec | undefined;
}

/** Checks and defaults of the options. */
export const PIPELINE_OPTIONS = { ...DETECT_OPTIONS, ...ALIGN_OPTIONS } satisfies ChecksOf<PipelineOptions>;

/** Checked options, see `detectSettings`. */
export type PipelineSettings = DetectSettings<Checked<typeof PIPELINE_OPTIONS>>;

type SameForAll = Pick<PipelineSettings, 'minScore' | 'iouThreshold' | 'maxFaces' | 'landmarkChannelOrder' | 'recall'>;

/** The options that change a result, with the values used for one image. */
export type ResultOptions = SameForAll & { detectorSide: number };

/** The options of a call that change the result for this image. */
export function resultOptions(
  settings: SameForAll & Pick<PipelineSettings, 'detectorSide'>,
  image: Pick<PixelImage, 'width' | 'height'>,
): ResultOptions {
  const { minScore, iouThreshold, maxFaces, landmarkChannelOrder, recall } = settings;
  const detectorSide = sideForImage(settings.detectorSide, image);
  return { minScore, iouThreshold, maxFaces, detectorSide, landmarkChannelOrder, recall };
}

/** Refuses anything but a pair of networks for the pipeline. @throws ModelContractError, InvalidOptionError */
export function checkNetworks(name: string, value: unknown): Networks {
  const networks = checkObject(name, value) as Networks;
  checkDetector(checkNetwork(`${name}.detector`, networks.detector), networks.detectorSpec);
  checkLandmarker(checkNetwork(`${name}.landmarker`, networks.landmarker), networks.landmarkerSpec);
  return networks;
}

/**
 * Stages 1, 2 and 3 in a row: image -> every face with box, key points, landmarks, crop and matrices.
 *
 * @param workspace kernels and buffers; pass the same one to every call of a series
 * @throws InvalidImageError, InvalidOptionError, ModelContractError, InferenceError
 */
export async function analyzeFaces(
  networks: Networks,
  image: PixelImage,
  options: PipelineOptions = {},
  workspace: Workspace = new Workspace(),
): Promise<Face[]> {
  const checked = checkOptions('analyzeFaces', options, PIPELINE_OPTIONS);
  const { detector, detectorSpec } = checkNetworks('networks', networks);
  const settings = detectSettings(detector, checked, detectorSpec);
  return runPipeline(networks, image, settings, checkWorkspace('workspace', workspace));
}

/** {@link analyzeFaces} with all but the image checked. */
export async function runPipeline(
  { detector, landmarker, detectorSpec, landmarkerSpec }: Networks,
  image: PixelImage,
  settings: PipelineSettings,
  workspace: Workspace,
): Promise<Face[]> {
  const detections = await findFaces(detector, image, settings, workspace, detectorSpec);
  const keypoints = detections.map((detection) => detection.keypoints);
  const align = faceAligner(image, keypoints, settings, workspace);
  const alignments: Alignment[] = [];
  const alignInto = (index: number, input: Float32Array): Alignment => {
    settings.signal?.throwIfAborted();
    const { landmarkInput: _, ...alignment } = align(index, input);
    alignments[index] = alignment;
    return alignment;
  };
  const sets = await landmarksInBatches(landmarker, detections.length, alignInto, workspace, landmarkerSpec);
  return detections.map((detection, i) => faceObject({ ...detection, ...alignments[i], ...sets[i] }));
}

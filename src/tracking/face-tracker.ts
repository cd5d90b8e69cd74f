import { type ChecksOf, checkOptions, integerIn, orElse } from '../check-options.js';
import { pixelView } from '../image/pixel-image.js';
import { Semaphore } from '../runtime/semaphore.js';
import { detectSettings } from '../stages/detect-faces.js';
import { followFaces } from '../stages/follow-faces.js';
import {
  checkNetworks,
  type Networks,
  PIPELINE_OPTIONS,
  type PipelineOptions,
  runPipeline,
} from '../stages/pipeline.js';
import { Workspace } from '../stages/workspace.js';
import type { PixelImage } from '../types.js';
import { checkSmoothing, DEFAULT_SMOOTHING, type SmoothingOptions } from './face-smoother.js';
import { type TrackedFace, Tracks } from './tracks.js';

export interface TrackerOptions extends PipelineOptions {
  /** The detector runs on every so many frames; in between the landmarks carry the faces. Default 5. */
  detectEvery?: number | undefined;
  /** A face that is missing for more frames than this is lost; should it come back, it gets a new id. Default 15. */
  maxMissing?: number | undefined;
  /** Smoothing of landmarks, key points and box; `false` for none. */
  smoothing?: SmoothingOptions | false | undefined;
}

const DEFAULT_DETECT_EVERY = 5;
const DEFAULT_MAX_MISSING = 15;

/** Checks and defaults of the options. */
export const TRACKER_OPTIONS = {
  ...PIPELINE_OPTIONS,
  detectEvery: orElse(DEFAULT_DETECT_EVERY, integerIn(1, Number.MAX_SAFE_INTEGER)),
  maxMissing: orElse(DEFAULT_MAX_MISSING, integerIn(0, Number.MAX_SAFE_INTEGER)),
  smoothing: orElse<SmoothingOptions | false>(DEFAULT_SMOOTHING, (name, value) =>
    value === false ? value : checkSmoothing(name, value),
  ),
} satisfies ChecksOf<TrackerOptions>;

/**
 * Follows faces over the frames of a video or camera: stable ids, smoothed landmarks, and a detector that runs on every
 * k-th frame only. Faces are told apart by where they are, so one that leaves and comes back later is a new face.
 *
 * Frames go in one by one and in order: a call that comes before the last one has ended waits for it.
 */
export class FaceTracker {
  readonly #tracks: Tracks<PixelImage>;
  readonly #turns = new Semaphore(1);

  /** @throws InvalidOptionError, ModelContractError */
  constructor(networks: Networks, options: TrackerOptions = {}) {
    const { detector, detectorSpec } = checkNetworks('networks', networks);
    const settings = detectSettings(detector, checkOptions('FaceTracker', options, TRACKER_OPTIONS), detectorSpec);
    const { landmarkChannelOrder } = settings;
    const workspace = new Workspace();
    this.#tracks = new Tracks(
      {
        detect: (frame) => runPipeline(networks, frame, settings, workspace),
        follow: (frame, keypoints) => followFaces(networks, frame, keypoints, { landmarkChannelOrder }, workspace),
      },
      settings,
    );
  }

  /**
   * The faces of the next frame.
   * @param time of the frame in seconds, not before the last one's; default: 30 frames a second
   * @throws InvalidOptionError for a time that goes back, InvalidImageError, and what the stages throw
   */
  track(frame: PixelImage, time?: number): Promise<TrackedFace[]> {
    return this.#turns.run(1, async () => {
      pixelView(frame);
      return this.#tracks.next(frame, time);
    });
  }

  /** Forgets all faces, for a cut in the film: time may begin anew. Ids go on. Calls before and after keep their order. */
  reset(): void {
    this.#turns.run(1, async () => this.#tracks.reset());
  }
}

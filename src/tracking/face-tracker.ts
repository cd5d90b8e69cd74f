import { type Checked, type ChecksOf, checkOptions, integerIn, orElse } from '../check-options.js';
import { faceObject } from '../face/face-object.js';
import { pixelView } from '../image/pixel-image.js';
import { transformPoint, transformPoints } from '../ops/affine.js';
import { closedFormSimilarity } from '../ops/closed-form-similarity.js';
import { checkNumber } from '../options.js';
import { Semaphore } from '../runtime/semaphore.js';
import { alignFaces } from '../stages/align-face.js';
import { type DetectSettings, detectSettings } from '../stages/detect-faces.js';
import { landmarks } from '../stages/landmarks.js';
import {
  checkNetworks,
  type Networks,
  PIPELINE_OPTIONS,
  type PipelineOptions,
  runPipeline,
} from '../stages/pipeline.js';
import { Workspace } from '../stages/workspace.js';
import type { Face, PixelImage, Point } from '../types.js';
import { checkSmoothing, DEFAULT_SMOOTHING, FaceSmoother, type SmoothingOptions } from './face-smoother.js';
import { dissimilarity, matchFaces } from './match-faces.js';

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

/** A face with an identity over time. */
export interface TrackedFace extends Face {
  /** The same for the same face from frame to frame, never reused. */
  id: number;
}

interface Track {
  id: number;
  /** As last measured, not smoothed. */
  face: Face;
  /** As last detected: what box and key points are carried on from. */
  detected: Face;
  smoother: FaceSmoother;
  time: number;
  /** Number of the frame in which it was seen last. */
  frame: number;
}

/** Moves box and key points along with the landmarks since the detection. */
function carry(track: Track, points: readonly Point[]): Pick<Face, 'box' | 'keypoints'> {
  const { box, keypoints, landmarksFloat } = track.detected;
  const motion = closedFormSimilarity(landmarksFloat, points);
  const moved = transformPoints(motion, keypoints);
  const centre = transformPoint(motion, { x: (box.x1 + box.x2) / 2, y: (box.y1 + box.y2) / 2 });
  // The box stays upright when the face turns: only the scale applies to its sides.
  const [a, , , c] = motion.data;
  const scale = Math.hypot(a, c);
  const [halfWidth, halfHeight] = [((box.x2 - box.x1) / 2) * scale, ((box.y2 - box.y1) / 2) * scale];
  return {
    box: {
      x1: centre.x - halfWidth,
      y1: centre.y - halfHeight,
      x2: centre.x + halfWidth,
      y2: centre.y + halfHeight,
    },
    keypoints: keypoints.map(({ name }, i) => ({ name, ...moved[i] })),
  };
}

function shifted<T extends Pick<Face, 'box' | 'keypoints' | 'landmarksFloat'>>(face: T, { x: dx, y: dy }: Point): T {
  const move = <P extends Point>(point: P): P => ({ ...point, x: point.x + dx, y: point.y + dy });
  const { x1, y1, x2, y2 } = face.box;
  return {
    ...face,
    box: { x1: x1 + dx, y1: y1 + dy, x2: x2 + dx, y2: y2 + dy },
    keypoints: face.keypoints.map(move),
    landmarksFloat: face.landmarksFloat.map(move),
  };
}

/**
 * Follows faces over the frames of a video or camera: stable ids, smoothed landmarks, and a detector that runs on every
 * k-th frame only. Faces are told apart by where they are, so one that leaves and comes back later is a new face.
 *
 * Frames go in one by one and in order: a call that comes before the last one has ended waits for it.
 */
export class FaceTracker {
  readonly #networks: Networks;
  readonly #settings: DetectSettings<Checked<typeof TRACKER_OPTIONS>>;
  readonly #workspace = new Workspace();
  readonly #turns = new Semaphore(1);
  #tracks: Track[] = [];
  #nextId = 1;
  #untilDetection = 0;
  /** Frames so far. */
  #frame = 0;
  /** Number of the last frame whose faces are known: a frame can fail. */
  #lastKnownFrame = 0;
  #lastTime = 0;

  /** @throws InvalidOptionError, ModelContractError */
  constructor(networks: Networks, options: TrackerOptions = {}) {
    this.#networks = checkNetworks('networks', networks);
    const { detector, detectorSpec } = this.#networks;
    this.#settings = detectSettings(detector, checkOptions('FaceTracker', options, TRACKER_OPTIONS), detectorSpec);
  }

  /**
   * The faces of the next frame.
   * @param time of the frame in seconds, not before the last one's; default: 30 frames a second
   * @throws InvalidOptionError for a time that goes back, InvalidImageError, and what the stages throw
   */
  track(frame: PixelImage, time?: number): Promise<TrackedFace[]> {
    return this.#turns.run(1, () => this.#track(frame, time));
  }

  async #track(frame: PixelImage, time = this.#frame / 30): Promise<TrackedFace[]> {
    pixelView(frame);
    this.#lastTime = checkNumber('time', time, this.#lastTime, Number.MAX_VALUE);
    this.#frame++;
    if (this.#untilDetection > 0) {
      this.#untilDetection--;
      const faces = await this.#follow(frame, time);
      if (faces) return faces;
    }
    const found = await runPipeline(this.#networks, frame, this.#settings, this.#workspace);
    this.#untilDetection = this.#settings.detectEvery - 1;
    return this.#update(found, time);
  }

  /** Forgets all faces, for a cut in the film: time may begin anew. Ids go on. Calls before and after keep their order. */
  reset(): void {
    this.#turns.run(1, async () => {
      this.#tracks = [];
      this.#frame = 0;
      this.#lastKnownFrame = 0;
      this.#lastTime = 0;
      this.#untilDetection = 0;
    });
  }

  /** Lets the landmarks carry the faces on; undefined when one of them was lost on the way. */
  async #follow(frame: PixelImage, time: number): Promise<TrackedFace[] | undefined> {
    const tracks = this.#tracks.filter((track) => track.frame === this.#lastKnownFrame);
    const expected = tracks.map((track) => shifted(track.face, track.smoother.predict(time - track.time)));
    const aligned = alignFaces(
      frame,
      expected.map((face) => face.keypoints),
      { landmarkChannelOrder: this.#settings.landmarkChannelOrder },
      this.#workspace,
    );
    const { landmarker, landmarkerSpec } = this.#networks;
    const sets = await landmarks(landmarker, aligned, this.#workspace, landmarkerSpec);
    const faces = tracks.map((track, i): Face => {
      const { landmarkInput: _, ...alignment } = aligned[i];
      return faceObject({ score: track.face.score, ...carry(track, sets[i].landmarksFloat), ...alignment, ...sets[i] });
    });
    // The landmark network finds a face in anything: what jumps or changes its shape is none.
    if (faces.some((face, i) => !(dissimilarity(expected[i], face) < MAX_STEP))) return undefined;
    this.#lastKnownFrame = this.#frame;
    return tracks.map((track, i) => this.#advance(track, faces[i], time));
  }

  /** Takes over what the detector found: known faces go on, new ones begin, missing ones are given up after a while. */
  #update(found: readonly Face[], time: number): TrackedFace[] {
    this.#tracks = this.#tracks.filter((track) => this.#frame - track.frame - 1 <= this.#settings.maxMissing);
    const expected = this.#tracks.map((track) => shifted(track.face, track.smoother.predict(time - track.time)));
    const matches = matchFaces(expected, found);
    const results = new Map<number, TrackedFace>();
    this.#tracks.forEach((track, i) => {
      const j = matches[i];
      if (j === undefined) return;
      track.detected = found[j];
      results.set(j, this.#advance(track, found[j], time));
    });
    this.#lastKnownFrame = this.#frame;
    return found.map((face, j) => results.get(j) ?? this.#begin(face, time));
  }

  #begin(face: Face, time: number): TrackedFace {
    const smoother = new FaceSmoother(this.#settings.smoothing || DEFAULT_SMOOTHING);
    const track: Track = { id: this.#nextId++, face, detected: face, smoother, time, frame: this.#frame };
    this.#tracks.push(track);
    return this.#advance(track, face, time);
  }

  #advance(track: Track, face: Face, time: number): TrackedFace {
    // The smoother runs even when its result is not wanted: it also knows the speed.
    const smooth = track.smoother.next(face, time - track.time);
    track.face = face;
    track.time = time;
    track.frame = this.#frame;
    return faceObject({ ...(this.#settings.smoothing === false ? face : smooth), id: track.id });
  }
}

/** Largest {@link dissimilarity} between a face and where it was expected one frame later. */
const MAX_STEP = 0.8;

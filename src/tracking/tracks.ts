import { faceObject } from '../face/face-object.js';
import { transformPoint, transformPoints } from '../ops/affine.js';
import { closedFormSimilarity } from '../ops/closed-form-similarity.js';
import { checkNumber } from '../options.js';
import type { FollowedFace } from '../stages/follow-faces.js';
import type { Face, Point } from '../types.js';
import { DEFAULT_SMOOTHING, FaceSmoother, type SmoothingOptions } from './face-smoother.js';
import { dissimilarity, matchFaces } from './match-faces.js';

/** A face with an identity over time. */
export interface TrackedFace extends Face {
  /** The same for the same face from frame to frame, never reused. */
  id: number;
}

/** All that looks at the pixels of a frame: the networks, wherever they run. */
export interface TrackingSteps<Frame> {
  /** Every face, found anew. */
  detect(frame: Frame): Promise<readonly Face[]>;
  /** The faces at known places, see `followFaces`. */
  follow(frame: Frame, keypoints: readonly (readonly Point[])[]): Promise<readonly FollowedFace[]>;
}

/** The options of a tracker that do not concern pixels, all set. */
export interface TrackSettings {
  detectEvery: number;
  maxMissing: number;
  smoothing: SmoothingOptions | false;
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
 * What a tracker remembers from frame to frame: which faces there are, how they move, and when to look for new ones. The frames
 * go in one by one; it is for the caller to wait.
 */
export class Tracks<Frame> {
  readonly #steps: TrackingSteps<Frame>;
  readonly #settings: TrackSettings;
  #tracks: Track[] = [];
  #nextId = 1;
  #untilDetection = 0;
  /** Frames so far. */
  #frame = 0;
  /** Number of the last frame whose faces are known: a frame can fail. */
  #lastKnownFrame = 0;
  #lastTime = 0;

  constructor(steps: TrackingSteps<Frame>, settings: TrackSettings) {
    this.#steps = steps;
    this.#settings = settings;
  }

  /**
   * The faces of the next frame.
   * @throws InvalidOptionError for a time that goes back, and what the steps throw
   */
  async next(frame: Frame, time = this.#frame / 30): Promise<TrackedFace[]> {
    this.#lastTime = checkNumber('time', time, this.#lastTime, Number.MAX_VALUE);
    this.#frame++;
    if (this.#untilDetection > 0) {
      this.#untilDetection--;
      const faces = await this.#follow(frame, time);
      if (faces) return faces;
    }
    const found = await this.#steps.detect(frame);
    this.#untilDetection = this.#settings.detectEvery - 1;
    return this.#update(found, time);
  }

  /** Forgets all faces; time may begin anew. Ids go on. */
  reset(): void {
    this.#tracks = [];
    this.#frame = 0;
    this.#lastKnownFrame = 0;
    this.#lastTime = 0;
    this.#untilDetection = 0;
  }

  /** Lets the landmarks carry the faces on; undefined when one of them was lost on the way. */
  async #follow(frame: Frame, time: number): Promise<TrackedFace[] | undefined> {
    const tracks = this.#tracks.filter((track) => track.frame === this.#lastKnownFrame);
    const expected = tracks.map((track) => shifted(track.face, track.smoother.predict(time - track.time)));
    const keypoints = expected.map((face) => face.keypoints);
    const followed = keypoints.length > 0 ? await this.#steps.follow(frame, keypoints) : [];
    const faces = tracks.map((track, i) =>
      faceObject({ score: track.face.score, ...carry(track, followed[i].landmarksFloat), ...followed[i] }),
    );
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

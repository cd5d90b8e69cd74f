import { type ChecksOf, checkOptions, optional } from '../../check-options.js';
import { abortable } from '../../detector/abortable.js';
import { checkAbortSignal } from '../../detector/check-abort-signal.js';
import type { DetectionResult } from '../../detector/detection-result.js';
import type { CallOptions } from '../../detector/face-detector.js';
import type { FrameTracker } from '../../detector/frame-tracker.js';
import { InFlight } from '../../runtime/in-flight.js';
import { Semaphore } from '../../runtime/semaphore.js';
import type { FollowedFace } from '../../stages/follow-faces.js';
import { TRACKER_OPTIONS, type TrackerOptions } from '../../tracking/face-tracker.js';
import { type TrackedFace, Tracks } from '../../tracking/tracks.js';
import type { Face } from '../../types.js';
import { isEncodedSource, readSource } from '../images/encoded-source.js';
import { checkImageInput, type ImageInput } from '../images/image-input.js';
import type { Task } from './messages.js';
import type { WorkResult } from './pool-worker.js';

/** Instead of one signal for all frames, each call takes its own. */
export interface PoolTrackerOptions extends Omit<TrackerOptions, 'signal'> {}

/** Follows faces over the frames of one video, with the workers of a pool. Frames go in one by one and in order. */
export interface PoolTracker extends FrameTracker<ImageInput> {
  /**
   * The faces of the next frame. Leave its pixels as they are until the call ends.
   * @param time of the frame in seconds, not before the last one's; default: 30 frames a second
   * @param options.signal aborting rejects the call at once with the signal's reason; the next frame goes on
   * @throws what `Pool.detect` and `FaceTracker.track` throw, WorkerLostError when the thread at work ended: the next frame goes on
   */
  track(frame: ImageInput, time?: number, options?: Pick<CallOptions, 'signal'>): Promise<TrackedFace[]>;
}

/** What a tracker needs of its pool. */
export interface TrackerPool {
  /** Runs what the pool waits for before it closes. */
  admit<T>(job: () => Promise<T>): Promise<T>;
  /** Has a worker do something with an image, as soon as one is free. Aborted, it settles when the worker has given up. */
  work(input: ImageInput, task: Task, signal: AbortSignal | undefined): Promise<WorkResult>;
}

const { signal: _, ...POOL_TRACKER_OPTIONS } = TRACKER_OPTIONS;
const TRACK_OPTIONS = { signal: optional(checkAbortSignal) } satisfies ChecksOf<Pick<CallOptions, 'signal'>>;

/** A frame in work. */
interface Frame {
  input: ImageInput;
  signal: AbortSignal | undefined;
  /** The faces, where they are looked for before it is the frame's turn. */
  found?: Promise<readonly Face[]>;
}

/** @param workers how many frames may be worked on ahead of their turn */
export function createPoolTracker(options: PoolTrackerOptions, workers: number, pool: TrackerPool): PoolTracker {
  const checked = checkOptions('createTracker', options, POOL_TRACKER_OPTIONS);
  const { detectEvery, maxMissing, smoothing, ...analysis } = checked;
  const { landmarkChannelOrder } = analysis;

  const find = async ({ input, signal }: Frame) => {
    const task: Task = { kind: 'detect', options: analysis, encoding: undefined };
    return ((await pool.work(input, task, signal)) as DetectionResult).faces;
  };
  const tracks = new Tracks<Frame>(
    {
      detect: (frame) => frame.found ?? find(frame),
      follow: async ({ input, signal }, keypoints) => {
        const task: Task = { kind: 'follow', keypoints, options: { landmarkChannelOrder } };
        return (await pool.work(input, task, signal)) as FollowedFace[];
      },
    },
    { detectEvery, maxMissing, smoothing },
  );
  const calls = new InFlight('the tracker');
  const turns = new Semaphore(1);
  const ahead = new Semaphore(workers);

  async function track(frame: ImageInput, time: number | undefined, signal: AbortSignal | undefined) {
    const next: Frame = { input: frame, signal };
    if (detectEvery === 1) {
      next.found = ahead.run(1, () => find(next), signal);
      // Its failure is that of the frame, when it is its turn.
      next.found.catch(() => undefined);
    }
    const follow = async () => {
      // A stream can be read only once, and a frame may be looked at twice.
      if (!next.found && isEncodedSource(frame)) next.input = await readSource(frame, { signal });
      return tracks.next(next, time);
    };
    return turns.run(1, follow, signal);
  }

  return {
    track: async (frame, time, options = {}) => {
      const { signal } = checkOptions('track', options, TRACK_OPTIONS);
      checkImageInput(frame);
      return abortable(
        pool.admit(() => calls.admit(() => track(frame, time, signal))),
        signal,
      );
    },
    reset: () => void turns.run(1, async () => tracks.reset()),
    close: () => calls.close(async () => undefined),
  };
}

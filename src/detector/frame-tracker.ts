import type { TrackedFace } from '../tracking/face-tracker.js';

/** Follows faces over the frames of one video, with the networks of a detector. Frames go in one by one and in order. */
export interface FrameTracker<Input> {
  /**
   * The faces of the next frame.
   * @param time of the frame in seconds, not before the last one's; default: 30 frames a second
   * @throws what `detect` and `FaceTracker.track` throw
   */
  track(frame: Input, time?: number): Promise<TrackedFace[]>;
  /** Forgets all faces, for a cut in the film: time may begin anew. Ids go on. */
  reset(): void;
  /** Lets running calls finish; later frames are refused. The detector goes on. */
  close(): Promise<void>;
}

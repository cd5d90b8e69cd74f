import type { TrackedFace } from '../tracking/tracks.js';

/** Follows faces over the frames of one video, with the networks of a detector. Frames go in one by one and in order. */
export interface FrameTracker<Input> {
  /**
   * The faces of the next frame.
   * @param time of the frame in seconds, not earlier than the last frame's; default: 30 frames a second
   * @throws what `detect` and `FaceTracker.track` throw
   */
  track(frame: Input, time?: number): Promise<TrackedFace[]>;
  /** Forgets all faces, for a cut in the film. The next time may be earlier. Ids are not used again. */
  reset(): void;
  /** Waits for running calls. Later frames are refused. The detector stays open. */
  close(): Promise<void>;
}

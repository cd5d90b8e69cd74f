import type { TrackedFace, WorkerDetector, WorkerTracker } from '../web/index.js';
import type { Camera } from './camera.js';
import { FrameRate } from './frame-rate.js';

/** What is known of one frame of the camera. */
export interface LiveFrame {
  bitmap: ImageBitmap;
  faces: readonly TrackedFace[];
  /** Frames a second. */
  rate: number;
}

export interface LiveOptions {
  minScore: number;
  smooth: boolean;
}

/**
 * The camera's pictures, each with its own faces, as fast as they are found. Pictures without faces come as long as the detector
 * is being loaded, and where there is none.
 */
export class LiveFaces {
  readonly #camera: Camera;
  #detector: WorkerDetector | undefined;
  #tracker: WorkerTracker | undefined;

  constructor(camera: Camera) {
    this.#camera = camera;
  }

  /** Follows faces from the next frame on, with new numbers. */
  follow(detector: WorkerDetector, { minScore, smooth }: LiveOptions): void {
    this.#tracker?.close();
    this.#detector = detector;
    this.#tracker = detector.createTracker({ minScore, ...(!smooth && { smoothing: false }) });
  }

  /** The same with other options, where faces are followed. */
  change(options: LiveOptions): void {
    if (this.#detector) this.follow(this.#detector, options);
  }

  async *frames(): AsyncGenerator<LiveFrame, void, undefined> {
    const rate = new FrameRate();
    for await (const bitmap of this.#camera.frames()) {
      const seconds = performance.now() / 1000;
      try {
        const faces = (await this.#tracker?.track(bitmap, seconds)) ?? [];
        yield { bitmap, faces, rate: rate.next(seconds) };
      } finally {
        bitmap.close();
      }
    }
  }

  stop(): void {
    this.#camera.stop();
    this.#tracker?.close();
    this.#tracker = undefined;
    this.#detector = undefined;
  }
}

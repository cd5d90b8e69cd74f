import {
  createWorkerDetector,
  type FetchProgress,
  type ResultJson,
  resultToJson,
  type WorkerDetector,
} from '../web/index.js';
import type { FaceFinder, FindOptions } from './face-finder.js';
import type { SiteSettings } from './site-settings.js';

/** Finds faces in a worker of this browser. Its networks are loaded when they are first needed. */
export class BrowserFinder implements FaceFinder {
  readonly #networks: SiteSettings['networks'];
  readonly #progress: (state: FetchProgress) => void;
  #detector: Promise<WorkerDetector> | undefined;

  constructor({ networks }: SiteSettings, progress: (state: FetchProgress) => void) {
    this.#networks = networks;
    this.#progress = progress;
  }

  /** The detector behind it; after a failure the next call tries again. */
  open(): Promise<WorkerDetector> {
    const { detector, landmarker } = this.#networks ?? {};
    this.#detector ??= createWorkerDetector({ detector, landmarker, progress: this.#progress }).catch((error) => {
      this.#detector = undefined;
      throw error;
    });
    return this.#detector;
  }

  async find(image: Blob, { minScore }: FindOptions): Promise<ResultJson> {
    const detector = await this.open();
    return resultToJson(await detector.detect(image, { minScore }), { subpixel: true });
  }
}

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
  readonly #site: SiteSettings;
  readonly #progress: (state: FetchProgress) => void;
  #detector: Promise<WorkerDetector> | undefined;
  #isOnCard = false;
  /** Why the graphics card, which was asked for, is not used. */
  cardFault: string | undefined;

  constructor(site: SiteSettings, progress: (state: FetchProgress) => void) {
    this.#site = site;
    this.#progress = progress;
  }

  /** From the next call on on the graphics card, where there is one that gives right results, or on the processor. */
  useCard(isOnCard: boolean): void {
    this.#isOnCard = isOnCard;
    // Those that it works on end first.
    this.#detector?.then((detector) => detector.close()).catch(() => undefined);
    this.#detector = undefined;
    this.cardFault = undefined;
  }

  /** The detector behind it; after a failure the next call tries again. */
  open(): Promise<WorkerDetector> {
    this.#detector ??= this.#load();
    return this.#detector;
  }

  async find(image: Blob, { minScore }: FindOptions): Promise<ResultJson> {
    const detector = await this.open();
    return resultToJson(await detector.detect(image, { minScore }), { subpixel: true });
  }

  #load(): Promise<WorkerDetector> {
    const { networks, webgpu: runtime } = this.#site;
    const { detector, landmarker } = networks ?? {};
    const device = this.#isOnCard ? ({ device: ['webgpu', 'wasm'], runtime } as const) : {};
    const loading = createWorkerDetector({ detector, landmarker, progress: this.#progress, ...device });
    loading.then(
      ({ passedOver }) => {
        if (this.#detector === loading) this.cardFault = passedOver[0]?.reason;
      },
      () => {
        if (this.#detector === loading) this.#detector = undefined;
      },
    );
    return loading;
  }
}

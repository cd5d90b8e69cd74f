import { checkOptions } from '../../check-options.js';
import { errorToJson } from '../../detector/error-json.js';
import type { FrameTracker } from '../../detector/frame-tracker.js';
import { packFaces, packResult } from '../../detector/sent-result.js';
import { FacialLandmarkDetector } from '../facial-landmark-detector.js';
import type { WebImageInput } from '../images/read-pixels.js';
import { WEB_LOAD_OPTIONS, type WebLoadOptions } from '../web-options.js';
import type { Answer, Done, Request, SentLoadOptions } from './messages.js';

/** What a worker's global scope offers; a program for pages has no types of workers. */
interface WorkerScope {
  postMessage(message: Answer, transfer?: Transferable[]): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<Request>) => void): void;
}

/**
 * Makes a worker answer `createWorkerDetector`. The worker that comes with this package calls it and does nothing else; one of
 * your own passes what cannot be sent to it, such as the runtime for WebGPU.
 *
 * @param own options that win over those of the page
 */
export function serveDetector(own: Pick<WebLoadOptions, 'runtime' | 'fetch'> = {}): void {
  const { runtime, fetch } = WEB_LOAD_OPTIONS;
  checkOptions('serveDetector', own, { runtime, fetch });
  const scope = globalThis as unknown as WorkerScope;
  const answer = (message: Answer, transfer?: Transferable[]) => scope.postMessage(message, transfer);
  const running = new Map<number, AbortController>();
  const trackers = new Map<number, FrameTracker<WebImageInput>>();
  let detector: FacialLandmarkDetector | undefined;

  function opened(): FacialLandmarkDetector {
    if (detector) return detector;
    throw new Error('The worker was asked for faces before its networks were open.');
  }

  async function load(options: SentLoadOptions): Promise<void> {
    try {
      const progress: WebLoadOptions['progress'] = (state) => answer({ kind: 'progress', progress: state });
      detector = await FacialLandmarkDetector.load({ ...options, ...own, progress });
      const { runtime, passedOver } = detector;
      answer({ kind: 'ready', runtime, passedOver });
    } catch (error) {
      answer({ kind: 'failed to load', error: errorToJson(error, { details: true }) });
    }
  }

  /** Answers one call, whatever becomes of it. */
  async function settle(
    { call, input }: { call: number; input: WebImageInput },
    work: () => Promise<{ done: Done; transfer: Transferable[] }>,
  ): Promise<void> {
    try {
      const { done, transfer } = await work();
      answer(done, transfer);
    } catch (error) {
      answer({ kind: 'failed', call, error: errorToJson(error, { details: true }) });
    } finally {
      // A bitmap holds memory of the graphics card until it is closed.
      if (input instanceof ImageBitmap) input.close();
    }
  }

  const detect = (request: Extract<Request, { kind: 'detect' }>) =>
    settle(request, async () => {
      const { call, input, options } = request;
      const controller = new AbortController();
      running.set(call, controller);
      try {
        const found = await opened().detect(input, { ...options, signal: controller.signal });
        const { result, transfer } = packResult(found);
        return { done: { kind: 'done', call, result }, transfer };
      } finally {
        running.delete(call);
      }
    });

  const track = (request: Extract<Request, { kind: 'track' }>) =>
    settle(request, async () => {
      const { call, tracker: number, options, input, time } = request;
      const tracker = trackers.get(number) ?? opened().createTracker(options);
      trackers.set(number, tracker);
      const { sent, transfer } = packFaces(await tracker.track(input, time));
      return { done: { kind: 'tracked', call, faces: sent }, transfer };
    });

  scope.addEventListener('message', async ({ data }) => {
    switch (data.kind) {
      case 'load':
        return load(data.options);
      case 'detect':
        return detect(data);
      case 'track':
        return track(data);
      case 'reset tracker':
        return trackers.get(data.tracker)?.reset();
      case 'close tracker':
        return void trackers.delete(data.tracker);
      case 'abort':
        return running.get(data.call)?.abort();
      case 'close':
        await detector?.close();
        return answer({ kind: 'closed' });
    }
  });
}

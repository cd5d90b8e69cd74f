import { checkOptions } from '../../check-options.js';
import { errorToJson } from '../../detector/error-json.js';
import { packResult } from '../../detector/sent-result.js';
import { FacialLandmarkDetector } from '../facial-landmark-detector.js';
import { WEB_LOAD_OPTIONS, type WebLoadOptions } from '../web-options.js';
import type { Answer, Request, SentLoadOptions } from './messages.js';

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
  let detector: FacialLandmarkDetector | undefined;

  async function load(options: SentLoadOptions): Promise<void> {
    try {
      const progress: WebLoadOptions['progress'] = (state) => answer({ kind: 'progress', progress: state });
      detector = await FacialLandmarkDetector.load({ ...options, ...own, progress });
      answer({ kind: 'ready', runtime: detector.runtime });
    } catch (error) {
      answer({ kind: 'failed to load', error: errorToJson(error, { details: true }) });
    }
  }

  async function detect({ call, input, options }: Extract<Request, { kind: 'detect' }>): Promise<void> {
    const controller = new AbortController();
    running.set(call, controller);
    try {
      if (detector === undefined) throw new Error('The worker was asked for faces before its networks were open.');
      const found = await detector.detect(input, { ...options, signal: controller.signal });
      const { result, transfer } = packResult(found);
      answer({ kind: 'done', call, result }, transfer);
    } catch (error) {
      answer({ kind: 'failed', call, error: errorToJson(error, { details: true }) });
    } finally {
      running.delete(call);
      // A bitmap holds memory of the graphics card until it is closed.
      if (input instanceof ImageBitmap) input.close();
    }
  }

  scope.addEventListener('message', async ({ data }) => {
    switch (data.kind) {
      case 'load':
        return load(data.options);
      case 'detect':
        return detect(data);
      case 'abort':
        return running.get(data.call)?.abort();
      case 'close':
        await detector?.close();
        return answer({ kind: 'closed' });
    }
  });
}

// One worker thread of a pool: opens the networks, then answers one request at a time.
import { parentPort, workerData } from 'node:worker_threads';
import { errorToJson } from '../../detector/error-json.js';
import { FacialLandmarkDetector } from '../facial-landmark-detector.js';
import { setIdle } from './exit-guard.js';
import { type Answer, packResult, type Request, unpackInput, type WorkerSettings } from './messages.js';

const port = parentPort;
if (!port) throw new Error('This file runs in a worker thread of createPool.');
const { busy, ...models } = workerData as WorkerSettings;
const answer = (message: Answer, transfer: ArrayBuffer[] = []) => {
  setIdle(busy);
  port.postMessage(message, transfer);
};

try {
  const detector = await FacialLandmarkDetector.load(models);
  port.on('message', async (request: Request) => {
    if (request.kind === 'close') {
      await detector.close();
      setIdle(busy);
      // Nothing keeps the thread alive now: it ends by itself, with no network running.
      port.close();
      return;
    }
    try {
      const { result, transfer } = packResult(await detector.detect(unpackInput(request.input), request.options));
      answer({ kind: 'done', result }, transfer);
    } catch (error) {
      answer({ kind: 'failed', error: errorToJson(error, { details: true }) });
    }
  });
  answer({ kind: 'ready' });
} catch (error) {
  answer({ kind: 'failed', error: errorToJson(error, { details: true }) });
}

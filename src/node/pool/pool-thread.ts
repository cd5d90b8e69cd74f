// One worker thread of a pool: opens the networks, then answers one request at a time.
import { parentPort, workerData } from 'node:worker_threads';
import { abortable } from '../../detector/abortable.js';
import { errorToJson } from '../../detector/error-json.js';
import { packFaces, packResult } from '../../detector/sent-result.js';
import { VERSION } from '../../version.js';
import { FacialLandmarkDetector } from '../facial-landmark-detector.js';
import { warningsGiven } from '../warn-once.js';
import { encodeResult } from './encode-result.js';
import { setIdle } from './exit-guard.js';
import {
  type Answer,
  packEncoded,
  type Request,
  unpackInput,
  type WorkerSettings,
  type WorkRequest,
} from './messages.js';
import { threadAbort } from './thread-abort.js';

const port = parentPort;
if (!port) throw new Error('This file runs in a worker thread of createPool.');
const { busy, aborted, imageShare, networks, options } = workerData as WorkerSettings;

const post = (message: Answer, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);
const answer = (message: Answer, transfer?: ArrayBuffer[]) => {
  setIdle(busy);
  post(message, transfer);
};

let call: AbortController | undefined;
let grant = () => {};

/** The memory that all threads share. What a call got goes back with its answer. */
const imageMemory = {
  async acquire(bytes: number, signal?: AbortSignal): Promise<() => void> {
    const keep = () => {};
    if (bytes <= imageShare) return keep;
    const granted = new Promise<void>((resolve) => {
      grant = resolve;
    });
    // Nothing runs meanwhile, so that the process may end. The pool says when that is over.
    setIdle(busy);
    post({ kind: 'reserve', bytes });
    await abortable(granted, signal);
    return keep;
  },
};

async function work(request: WorkRequest, detector: FacialLandmarkDetector) {
  call = threadAbort(aborted);
  try {
    const { signal } = call;
    const input = unpackInput(request.input);
    if (request.kind === 'follow') {
      const { keypoints, options } = request;
      const { sent, transfer } = packFaces(await detector.followToEnd(input, keypoints, { ...options, signal }));
      return answer({ kind: 'followed', faces: sent }, transfer);
    }
    const { options, encoding } = request;
    const found = await detector.detectToEnd(input, { ...options, signal });
    if (encoding) {
      const { result, transfer } = packEncoded(await encodeResult(found, encoding, signal), found.faces.length);
      answer({ kind: 'encoded', result }, transfer);
    } else {
      const { result, transfer } = packResult(found);
      answer({ kind: 'done', result }, transfer);
    }
  } catch (error) {
    answer({ kind: 'failed', error: errorToJson(error, { details: true }) });
  }
}

try {
  const detector = await FacialLandmarkDetector.open(networks, options, imageMemory);
  const receive = async (request: Request) => {
    switch (request.kind) {
      case 'detect':
      case 'follow':
        return work(request, detector);
      case 'granted':
        return grant();
      case 'abort':
        return call?.abort();
      case 'close':
        await detector.close();
        setIdle(busy);
        // Nothing keeps the thread alive then: it ends by itself, with no network running. Deno's port cannot be closed.
        if (port.close) port.close();
        else port.off('message', receive);
    }
  };
  port.on('message', receive);
  answer({ kind: 'ready', version: VERSION, warnings: warningsGiven() });
} catch (error) {
  answer({ kind: 'failed', error: errorToJson(error, { details: true }) });
}

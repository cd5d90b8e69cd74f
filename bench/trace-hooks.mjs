// Measures what a thread does from outside the library, so that the library itself has nothing to switch off: the kernels, the
// runs of ONNX Runtime and the decoder are wrapped where the thread finds them. Importing this module is enough.
import { threadId } from 'node:worker_threads';
import { defaultKernels } from 'onnx-facial-lmk-detector/kernels';
import { InferenceSession } from 'onnxruntime-node';
import sharp from 'sharp';

/** What threads send their spans through. */
export const CHANNEL = 'facial-lmk-trace';
const channel = new BroadcastChannel(CHANNEL);
channel.unref();

/** Milliseconds on a clock that all threads share. */
const now = () => performance.timeOrigin + performance.now();
const send = (span) => channel.postMessage({ ...span, thread: threadId });

/** Synchronous: nothing else runs in the thread meanwhile. */
function wrapKernel(kernels, method, name) {
  const own = kernels[method];
  kernels[method] = (...args) => {
    const start = now();
    own.apply(kernels, args);
    send({ name, start, end: now(), sync: true });
  };
}

/** Asynchronous: goes on beside the thread. */
function wrapDecoder(prototype, method) {
  const own = prototype[method];
  prototype[method] = async function (...args) {
    const start = now();
    const result = await own.apply(this, args);
    send({ name: 'decode', start, end: now(), sync: false });
    return result;
  };
}

/**
 * ONNX Runtime for Node runs a network in a callback of `setImmediate`, which the thread waits for. Node empties the queue of
 * promises behind each of these callbacks, so that one more of them, put right behind, ends what the thread makes of the result.
 */
function wrapRuns(prototype, nameOf, followedBy) {
  const { run } = prototype;
  const { setImmediate: own } = globalThis;
  prototype.run = function (...args) {
    const name = nameOf(...args);
    globalThis.setImmediate = (job) => {
      let end = 0;
      own(() => {
        const start = now();
        job();
        end = now();
        send({ name, start, end, sync: true });
      });
      return own(() => send({ name: followedBy[name], start: end, end: now(), sync: true }));
    };
    try {
      return run.apply(this, args);
    } finally {
      globalThis.setImmediate = own;
    }
  };
}

const LANDMARKS = 'landmark network';
const DETECTOR = 'detector network';

const kernels = defaultKernels();
wrapKernel(kernels, 'letterboxBilinear', 'letterbox');
wrapKernel(kernels, 'letterboxArea', 'letterbox');
wrapKernel(kernels, 'alignedCrops', 'crops of a face');
wrapDecoder(sharp.prototype, 'toBuffer');
wrapRuns(
  InferenceSession.prototype,
  // 2d106det and its like take 192 x 192 pixels, detectors more.
  (feeds) => (Object.values(feeds)[0].dims[2] === 192 ? LANDMARKS : DETECTOR),
  { [DETECTOR]: 'boxes, NMS, crops', [LANDMARKS]: 'points, objects' },
);

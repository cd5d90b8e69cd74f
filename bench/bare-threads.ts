import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { ModelPaths } from 'onnx-facial-lmk-detector/node';
import type { BareNetworks } from './bare-networks.js';

/**
 * What no pool can beat: threads that run both networks on one core each, and do nothing else.
 * @param images of one run, shared among the threads
 */
export function bareThreads(models: ModelPaths, { inputs }: BareNetworks, count: number, images: number) {
  const plain = (tensor: BareNetworks['inputs']['faces']) => tensor && { data: tensor.data, shape: tensor.shape };
  const workerData = { models, inputs: { image: plain(inputs.image), faces: plain(inputs.faces) } };
  const threads = Array.from(
    { length: count },
    () => new Worker(new URL('./bare-worker.mjs', import.meta.url), { workerData, execArgv: [] }),
  );
  const run = (thread: Worker, times: number, event: 'message' | 'exit') => {
    const done = once(thread, event);
    thread.postMessage(times);
    return done;
  };
  return {
    run: () => Promise.all(threads.map((thread) => run(thread, images / count, 'message'))),
    close: () => Promise.all(threads.map((thread) => run(thread, 0, 'exit'))),
  };
}

import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { createPool, FacialLandmarkDetector, type ModelPaths } from 'onnx-facial-lmk-detector/node';
import { BARE_NETWORKS, type BareNetworks, bareNetworks } from './bare-networks.js';
import type { Bench, Section } from './bench.js';
import { measure } from './harness.js';
import { Lateness } from './lateness.js';

/** Images of one round, so that every worker stays at work until near its end. */
const BATCH = 16;
const BASELINE = 'one detector';

/** What no pool can beat: threads that run both networks on one core each, and do nothing else. */
function bareThreads(models: ModelPaths, { inputs }: BareNetworks, count: number) {
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
    run: () => Promise.all(threads.map((thread) => run(thread, BATCH / count, 'message'))),
    close: () => Promise.all(threads.map((thread) => run(thread, 0, 'exit'))),
  };
}

/** Throughput of a pool beside one detector, and how late the main thread's timers are meanwhile. */
export const benchPool: Bench = async ({ models, images, rounds }) => {
  const workers = availableParallelism();
  const detector = await FacialLandmarkDetector.load(models);
  const pool = await createPool({ ...models, workers });
  const sections: Section[] = [];
  for (const { name, image } of images) {
    const bare = await bareNetworks(models, detector, image);
    const threads = bareThreads(models, bare, workers);
    const late = { one: new Lateness(), pool: new Lateness() };
    const inTurn = (job: () => unknown) => async () => {
      for (let i = 0; i < BATCH; i++) await job();
    };
    const all = () => Promise.all(Array.from({ length: BATCH }, () => pool.detect(image)));
    const rows = await measure(
      {
        [BASELINE]: () => late.one.during(inTurn(() => detector.detect(image))),
        [`pool of ${workers}`]: () => late.pool.during(all),
        [BARE_NETWORKS]: inTurn(bare.run),
        [`bare networks in ${workers} threads`]: threads.run,
      },
      { rounds: Math.max(3, Math.ceil(rounds / 5)), baseline: BASELINE },
    );
    await Promise.all([bare.close(), threads.close()]);
    const perSecond = rows.map((row) => `${row.name} ${((1000 * BATCH) / row.median).toFixed(1)}`);
    sections.push({
      title: `Pool, ${name}: ${BATCH} images of ${image.width} x ${image.height}`,
      baseline: BASELINE,
      rows,
      note: `Images a second: ${perSecond.join(', ')}. Timer lateness on the main thread: one detector ${late.one}, pool ${late.pool}.`,
    });
  }
  await Promise.all([detector.close(), pool.close()]);
  return sections;
};

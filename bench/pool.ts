import { availableParallelism } from 'node:os';
import { createPool, FacialLandmarkDetector } from 'onnx-facial-lmk-detector/node';
import { BARE_NETWORKS, bareNetworks } from './bare-networks.js';
import { bareThreads } from './bare-threads.js';
import type { Bench, Section } from './bench.js';
import { measure } from './harness.js';
import { Lateness } from './lateness.js';

/** Images of one round, so that every worker stays at work until near its end. */
const BATCH = 16;
const BASELINE = 'one detector';

/** Throughput of a pool beside one detector, and how late the main thread's timers are meanwhile. */
export const benchPool: Bench = async ({ models, images, rounds }) => {
  const workers = availableParallelism();
  const detector = await FacialLandmarkDetector.load(models);
  const pool = await createPool({ ...models, workers });
  const sections: Section[] = [];
  for (const { name, image } of images) {
    const bare = await bareNetworks(models, detector, image);
    const threads = bareThreads(models, bare, workers, BATCH);
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

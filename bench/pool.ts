import { availableParallelism } from 'node:os';
import { createPool, FacialLandmarkDetector } from 'onnx-facial-lmk-detector/node';
import type { Bench, Section } from './bench.js';
import { measure } from './harness.js';
import { Lateness } from './lateness.js';

/** Images of one round, so that every worker stays at work until near its end. */
const BATCH = 16;

/** Throughput of a pool beside one detector, and how late the main thread's timers are meanwhile. */
export const benchPool: Bench = async ({ models, images, rounds }) => {
  const workers = availableParallelism();
  const detector = await FacialLandmarkDetector.load(models);
  const pool = await createPool({ ...models, workers });
  const sections: Section[] = [];
  for (const { name, image } of images) {
    const late = { one: new Lateness(), pool: new Lateness() };
    const one = async () => {
      for (let i = 0; i < BATCH; i++) await detector.detect(image);
    };
    const all = () => Promise.all(Array.from({ length: BATCH }, () => pool.detect(image)));
    const rows = await measure(
      { 'one detector': () => late.one.during(one), [`pool of ${workers}`]: () => late.pool.during(all) },
      { rounds: Math.max(3, Math.ceil(rounds / 5)), baseline: 'one detector' },
    );
    const perSecond = rows.map((row) => `${row.name} ${((1000 * BATCH) / row.median).toFixed(1)}`);
    sections.push({
      title: `Pool, ${name}: ${BATCH} images of ${image.width} x ${image.height}`,
      baseline: 'one detector',
      rows,
      note: `Images a second: ${perSecond.join(', ')}. Timer lateness on the main thread: one detector ${late.one}, pool ${late.pool}.`,
    });
  }
  await Promise.all([detector.close(), pool.close()]);
  return sections;
};

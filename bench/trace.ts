import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createPool, encodeImage, FacialLandmarkDetector } from 'onnx-facial-lmk-detector/node';
import type { Bench, BenchImage, Section } from './bench.js';
import { summary, type TracedRun, traceEvents } from './trace-events.js';
import type { Span } from './trace-hooks.mjs';

const FRAMES = 12;
const WARM_UP = 4;

type Stream = Pick<FacialLandmarkDetector, 'stream'>;

async function jpegFiles(images: readonly BenchImage[], folder: string): Promise<string[]> {
  const paths = images.map(({ name }) => join(folder, `${name}.jpg`));
  for (const [i, { image }] of images.entries()) await writeFile(paths[i], await encodeImage(image, 'jpeg'));
  return paths;
}

async function drain(target: Stream, files: readonly string[], count: number): Promise<void> {
  const inputs = Array.from({ length: count }, (_, i) => files[i % files.length]);
  for await (const { error } of target.stream(inputs)) if (error) throw error;
}

/** A stream of JPEG files through one detector and through a pool, as a timeline for Perfetto. */
export const benchTrace: Bench = async ({ models, images, trace }) => {
  // Only here: the hooks cost time, and other benchmarks of the same process would pay for them.
  const { CHANNEL } = await import('./trace-hooks.mjs');
  const folder = await mkdtemp(join(tmpdir(), 'facial-lmk-trace-'));
  const channel = new BroadcastChannel(CHANNEL);
  let spans: Span[] = [];
  channel.onmessage = (event) => spans.push((event as MessageEvent<Span>).data);
  const runs: TracedRun[] = [];
  const traced = async (title: string, target: Stream & { close(): Promise<void> }, files: readonly string[]) => {
    await drain(target, files, WARM_UP);
    const begin = performance.timeOrigin + performance.now();
    await drain(target, files, FRAMES);
    // What the threads have sent may still be under way.
    await wait(500);
    runs.push({ title, spans: spans.filter(({ start }) => start >= begin) });
    spans = [];
    await target.close();
  };
  try {
    const files = await jpegFiles(images, folder);
    await traced('stream of one detector', await FacialLandmarkDetector.load(models), files);
    const workerUrl = new URL('./traced-thread.mjs', import.meta.url);
    await traced('stream of a pool of 2', await createPool({ ...models, workers: 2, workerUrl }), files);
  } finally {
    channel.close();
    await rm(folder, { recursive: true });
  }
  await writeFile(trace, JSON.stringify({ displayTimeUnit: 'ms', traceEvents: traceEvents(runs) }));
  const sections = runs.map(
    ({ title, spans }): Section => ({ title: `Trace, ${title}`, rows: [], note: summary(spans) }),
  );
  return [
    ...sections,
    { title: `Written: ${trace}`, rows: [], note: 'https://ui.perfetto.dev and chrome://tracing open it.' },
  ];
};

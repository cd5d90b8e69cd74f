// Works a pool with every kind of call, and ends this process in the middle: `node exit-at-random.mjs SEED CODE`.
import { syncBuiltinESMExports } from 'node:module';
import threads from 'node:worker_threads';

const HOOK = new URL('./crash-on-request.mjs', import.meta.url).href;
const Thread = threads.Worker;
threads.Worker = class extends Thread {
  constructor(script, options) {
    super(script, { ...options, execArgv: ['--import', HOOK] });
  }
};
syncBuiltinESMExports();
// After that, so that the pool starts its threads with the hook.
const { createPool, drawScene, encodeImage } = await import('../../dist/node/index.js');
const { Random } = await import('../../dist/drawn-faces/random.js');

const [seed, code] = process.argv.slice(2).map(Number);
const random = new Random(seed);
const { image } = drawScene({ seed: 7, width: 360, height: 300, faces: 2 });
const png = await encodeImage(image, 'png');
const options = random.next() < 0.5 ? { imageMemory: 1 } : {};
const pool = await createPool({ networks: 'drawn-faces', workers: random.integer(1, 3), maxQueue: 100, ...options });

async function work() {
  for (;;) {
    const signal = random.next() < 0.3 ? AbortSignal.timeout(random.integer(1, 40)) : undefined;
    const input = random.pick([image, png, png, 'crash:throw', 'crash:exit', image, png, png]);
    const decoder = random.pick(['auto', 'jimp']);
    await pool.detect(input, { signal, decoder, detectorSide: 160 }).catch(() => undefined);
  }
}
for (let i = 0; i < 6; i++) work();
setTimeout(
  () => {
    if (code !== 1) process.exit(code);
    throw new Error('a bug');
  },
  random.integer(0, 800),
);

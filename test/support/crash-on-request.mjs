// Preloaded in a thread of a pool: lets a request crash it for real, in the way that its path names.
import { parentPort } from 'node:worker_threads';

const CRASHES = {
  'crash:throw'() {
    throw new Error('a bug in the thread');
  },
  'crash:exit'() {
    process.exit(3);
  },
  'crash:memory'() {
    for (const kept = []; ; ) kept.push(new Array(1e6).fill(kept.length));
  },
};

// Not a listener of its own, which would keep the thread alive.
const on = parentPort?.on.bind(parentPort);
if (parentPort) {
  parentPort.on = (event, listener) =>
    on(event, (message) => {
      CRASHES[message?.input?.path]?.();
      listener(message);
    });
}

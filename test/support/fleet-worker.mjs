// A worker of the built package with a stand-in for the pool, as a process that a test can kill, or that kills itself.
// Its argument: { queue, root, networks, milliseconds, poison, clockJumpMs }.
import { FleetWorker, jsonLog, openQueue } from '../../dist/fleet/index.js';

const { queue: address, root, networks, milliseconds, poison, clockJumpMs } = JSON.parse(process.argv[2]);

if (clockJumpMs) {
  const now = Date.now;
  const begun = performance.now();
  // There and back again, every half second.
  Date.now = () => now() + (Math.floor((performance.now() - begun) / 500) % 2 === 1 ? clockJumpMs : 0);
}

const pool = {
  workers: 2,
  async detectJson(bytes, { name }) {
    const text = new TextDecoder().decode(bytes.subarray(20)).replace(/\0+$/, '');
    if (text === poison) process.kill(process.pid, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    return { bytes: new TextEncoder().encode(JSON.stringify({ image: name, faces: [{ text }] })), faces: 1 };
  },
};

const queue = await openQueue(address);
const worker = await FleetWorker.start({
  ...{ queue, pool, networks, roots: [root], leaseMs: 1000, checkpointMs: 100 },
  log: jsonLog((line) => console.error(line)),
});
process.once('SIGTERM', async () => {
  await worker.stop();
  await queue.close();
});
console.log('ready');

// npm run fuzz -- --seconds 60 --seed 1: throws random and damaged input at the library. Whatever breaks a promise is made
// smaller and kept under test/fixtures/regressions, where `npm test` replays it.
import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Random } from '../src/drawn-faces/random.js';
import { fuzz } from '../test/support/fuzz.js';

const { values } = parseArgs({ options: { seconds: { type: 'string' }, seed: { type: 'string' } } });
const seconds = Number(values.seconds ?? 60);
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
if (!(seconds > 0) || !Number.isSafeInteger(seed)) {
  console.error('fuzz: Expected --seconds as a positive number and --seed as an integer.');
  process.exit(2);
}
console.log(`fuzz: ${seconds} seconds, seed ${seed}`);

const end = performance.now() + seconds * 1000;
// The case at work is on the disk: one that ends the process, or blocks it for ever, is found there.
const lastCase = join(tmpdir(), `facial-lmk-fuzz-${process.pid}`);
console.log(`The case at work: ${lastCase}.<target>`);
let written = '';
const { counts, failures } = await fuzz(
  new Random(seed),
  () => performance.now() < end,
  (target, bytes) => {
    if (written) rmSync(written);
    written = `${lastCase}.${target}`;
    writeFileSync(written, bytes);
  },
);
if (written) rmSync(written);

for (const [target, outcomes] of Object.entries(counts)) {
  const total = Object.values(outcomes).reduce((a, b) => a + b);
  const list = Object.entries(outcomes).sort(([, a], [, b]) => b - a);
  console.log(`${target}: ${total} cases: ${list.map(([outcome, n]) => `${n} ${outcome}`).join(', ')}`);
}
for (const { target, bytes, error } of failures) {
  const name = createHash('sha256').update(bytes).digest('hex').slice(0, 12);
  const folder = new URL(`../test/fixtures/regressions/${target}/`, import.meta.url);
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL(name, folder), bytes);
  console.error(`\ntest/fixtures/regressions/${target}/${name} (${bytes.length} bytes):`, error);
}
process.exitCode = failures.length > 0 ? 1 : 0;

// A short run of `npm run fuzz` with fixed seeds, and everything it ever found.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/drawn-faces/random.js';
import { fuzz } from '../support/fuzz.js';
import { FUZZ_TARGETS } from '../support/fuzz-targets.js';

const REGRESSIONS = new URL('../fixtures/regressions/', import.meta.url);
const CASES = 250;

describe('whatever was found once', () => {
  const found = Object.keys(FUZZ_TARGETS).flatMap((target) => {
    const folder = new URL(`${target}/`, REGRESSIONS);
    return (existsSync(folder) ? readdirSync(folder) : []).map((name) => ({
      target,
      name,
      url: new URL(name, folder),
    }));
  });

  it.each(found)('$target/$name keeps its promise now', async ({ target, url }) => {
    await FUZZ_TARGETS[target].run(new Uint8Array(readFileSync(url)));
  });

  it('is all replayed: no folder without its target', () => {
    expect(Object.keys(FUZZ_TARGETS)).toEqual(expect.arrayContaining(readdirSync(REGRESSIONS)));
    expect(found.length).toBeGreaterThan(5);
  });
});

describe('a short run', () => {
  it('breaks no promise and reaches every target', async () => {
    const { counts, failures } = await fuzz(new Random(1), (cases) => cases < CASES);
    expect(failures).toEqual([]);
    expect(Object.keys(counts).sort()).toEqual(Object.keys(FUZZ_TARGETS).sort());
    expect(Object.keys(counts.image)).toEqual(expect.arrayContaining(['image and image']));
    expect(Object.keys(counts.model)).toEqual(expect.arrayContaining(['merged model', 'ERR_MODEL_FILE']));
    expect(Object.keys(counts.networks)).toEqual(expect.arrayContaining(['faces', 'ERR_INFERENCE']));
  });
});

// The built pure entries where no string may be evaluated: `node --disallow-code-generation-from-strings`.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { drawScene } from '../../src/drawn-faces/draw-scene.js';
import { type ProgramInput, type ProgramResult, serialize } from '../support/pure-program.js';
import { modelBytes, recordNetworks } from '../support/recorded-networks.js';

const SCENE = { seed: 23, width: 1000, height: 700, faces: 4 };
const entries = ['index.js', 'kernels-entry.js'].map((file) => new URL(`../../dist/${file}`, import.meta.url).href);

describe('where strings are not evaluated', () => {
  it('the pure entries give the same bits, whatever of it is used', async () => {
    const { faces, recordings } = await recordNetworks(drawScene(SCENE).image);
    expect(faces).toHaveLength(SCENE.faces);
    const models = modelBytes();
    const folder = mkdtempSync(join(tmpdir(), 'facial-lmk-'));
    try {
      const input: ProgramInput = { recordings, scene: SCENE, models };
      writeFileSync(join(folder, 'input.json'), JSON.stringify(input));
      await build({
        entryPoints: [new URL('../support/pure-program.ts', import.meta.url).pathname],
        outfile: join(folder, 'pure-program.mjs'),
        format: 'esm',
      });
      writeFileSync(
        join(folder, 'main.mjs'),
        `import { readFileSync } from 'node:fs';
         import * as library from ${JSON.stringify(entries[0])};
         import * as kernels from ${JSON.stringify(entries[1])};
         import { runPureProgram } from './pure-program.mjs';
         const input = JSON.parse(readFileSync(new URL('input.json', import.meta.url), 'utf8'));
         console.log(JSON.stringify(await runPureProgram({ ...library, ...kernels }, input)));`,
      );
      const output = execFileSync(
        process.execPath,
        ['--disallow-code-generation-from-strings', join(folder, 'main.mjs')],
        { encoding: 'utf8', maxBuffer: 2 ** 28 },
      );
      const { faces: text, ...rest } = JSON.parse(output) as ProgramResult;
      expect(rest).toEqual({ unused: [], kernels: 'wasm', evaluates: false });
      expect(text === serialize(faces)).toBe(true);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

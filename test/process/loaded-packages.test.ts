// What a program pays for before it has asked for anything: packages are loaded when they are first needed.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const PROGRAM = `
import { createRequire } from 'node:module';
await import('onnx-facial-lmk-detector/node');
console.log(JSON.stringify(Object.keys(createRequire(import.meta.url).cache)));
`;

it('loads neither runtime nor decoders nor what only downloads need with the entry', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', PROGRAM]);
  const packages = (JSON.parse(stdout) as string[]).map((path) => path.split(/[\\/]node_modules[\\/]/).at(-1));
  const loaded = new Set(packages.map((path) => path?.split(/[\\/]/)[0]));
  // Common modules that are loaded for certain: else the list would be empty for another reason.
  expect(loaded).toContain('ndarray');
  for (const late of ['onnxruntime-node', 'sharp', 'jimp', 'undici', 'yauzl', 'ndarray-ops']) {
    expect(loaded, late).not.toContain(late);
  }
});

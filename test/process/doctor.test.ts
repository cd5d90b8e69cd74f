import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { VERSION } from '../../src/version.js';

const command = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

describe('facial-lmk doctor', () => {
  it('tries what is there and says what to change, for programs', () => {
    const { status, stdout, stderr } = spawnSync('node', [command, 'doctor', '--networks', 'drawn-faces', '--json'], {
      encoding: 'utf8',
    });
    const report = JSON.parse(stdout);
    expect(status, stderr).toBe(report.advice.length === 0 ? 0 : 1);
    expect(report).toMatchObject({
      version: VERSION,
      runtime: { name: 'onnxruntime-node', provider: 'cpu' },
      face: { set: 'drawn-faces', found: 1 },
      sharedMemory: true,
    });
    expect(report.devices[0]).toEqual({ device: 'cpu', works: true });
    for (const { works, reason } of report.devices) expect(typeof reason).toBe(works ? 'undefined' : 'string');
    expect(report.networks).toContainEqual({ set: 'mediapipe', here: true });
    expect(report.face.milliseconds).toBeGreaterThan(0);
  });

  it('says the same in words, and ends with 1 where something is to change', () => {
    // Programs that find no sharp: jimp decodes.
    const hidden = `
      import { register } from 'node:module';
      register('data:text/javascript,' + encodeURIComponent(
        'export const resolve = (name, context, next) => { if (name === "sharp") throw new Error("hidden"); return next(name, context); }'));`;
    const hook = `data:text/javascript,${encodeURIComponent(hidden)}`;
    const { status, stdout } = spawnSync('node', ['--import', hook, command, 'doctor'], { encoding: 'utf8' });
    expect(stdout).toMatch(/^decoders: jimp$/m);
    expect(stdout).toMatch(/^To change:\n {2}Images are decoded by jimp.*`npm install sharp`\.$/m);
    expect(status).toBe(1);
  });

  it('refuses networks that are not there', () => {
    expect(() => execFileSync('node', [command, 'doctor', '--networks', 'missing'], { stdio: 'pipe' })).toThrow(
      /missing/,
    );
  });
});

// Installing as users do, with install scripts on, where the native runtime's own script cannot reach its host: the install
// succeeds and faces are found, natively or in WebAssembly.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'facial-lmk-install-'));
const project = join(folder, 'project');
const native = join(project, 'node_modules/onnxruntime-node');

// The install script of onnxruntime-node reads this address of its proxy; nothing listens there, as in a closed network.
const CLOSED = { GLOBAL_AGENT_HTTPS_PROXY: 'http://127.0.0.1:9', GLOBAL_AGENT_HTTP_PROXY: 'http://127.0.0.1:9' };

function install(...what: string[]) {
  const env = { ...process.env, ...CLOSED };
  const args = ['install', '--prefer-offline', '--no-audit', '--no-fund', '--foreground-scripts', ...what];
  return spawnSync('npm', args, { cwd: project, encoding: 'utf8', env });
}

/** Finds the faces of a drawn scene and prints what ran and what was found. */
const PROGRAM = `
  import { drawScene, FacialLandmarkDetector } from 'onnx-facial-lmk-detector/node';
  const detector = await FacialLandmarkDetector.load({ networks: 'drawn-faces' });
  const { faces, networks } = await detector.detect(drawScene({ seed: 7, faces: 2 }).image);
  console.log(JSON.stringify({ runtime: networks.runtime.name, boxes: faces.map((face) => face.box) }));
  await detector.close();
`;

/** The same with a pool, which loads the runtime in its threads. */
const POOL_PROGRAM = `
  import { createPool, drawScene } from 'onnx-facial-lmk-detector/node';
  const pool = await createPool({ networks: 'drawn-faces', workers: 2 });
  const { faces, networks } = await pool.detect(drawScene({ seed: 7, faces: 2 }).image);
  console.log(JSON.stringify({ runtime: networks.runtime.name, boxes: faces.map((face) => face.box) }));
  await pool.close();
`;

function runProgram(script = 'use.js') {
  const { status, stdout, stderr } = spawnSync('node', [script], { cwd: project, encoding: 'utf8' });
  expect(status, stderr).toBe(0);
  return { ...(JSON.parse(stdout) as { runtime: string; boxes: object[] }), stderr };
}

beforeAll(() => {
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'empty', private: true, type: 'module' }));
  writeFileSync(join(project, 'use.js'), PROGRAM);
  writeFileSync(join(project, 'use-pool.js'), POOL_PROGRAM);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('npm install with install scripts on, in a closed network', () => {
  it('succeeds', () => {
    const { status, stderr } = install(inject('tarball'));
    expect(status, stderr).toBe(0);
  });

  it.each(['use.js', 'use-pool.js'])(
    'finds the faces without the native runtime, and says once what is slower and how to mend it: %s',
    (script) => {
      // npm takes away an optional package whose script failed; where no script failed, this does.
      rmSync(native, { recursive: true, force: true });
      const { runtime, boxes, stderr } = runProgram(script);
      expect(runtime).toBe('onnxruntime-web');
      expect(boxes).toHaveLength(2);
      expect(stderr.match(/several times slower/g)).toHaveLength(1);
      expect(stderr).toContain('ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node');
    },
  );

  it('finds the same faces natively after the line that the warning names', () => {
    const wasm = runProgram();
    const env = { ...process.env, ...CLOSED, ONNXRUNTIME_NODE_INSTALL: 'skip' };
    const args = ['install', '--prefer-offline', '--no-audit', '--no-fund', 'onnxruntime-node'];
    execFileSync('npm', args, { cwd: project, env, stdio: 'ignore' });
    expect(existsSync(native)).toBe(true);
    const { runtime, boxes, stderr } = runProgram();
    expect(runtime).toBe('onnxruntime-node');
    expect(boxes).toEqual(wasm.boxes);
    expect(stderr).toBe('');
  });
});

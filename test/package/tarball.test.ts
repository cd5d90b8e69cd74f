// The package as users get it: packed, installed into an empty project, imported and run there.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

const SAMPLE_PICTURE = fileURLToPath(new URL('../../dist/sample/mona-lisa.jpg', import.meta.url));
const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'facial-lmk-package-'));
const project = join(folder, 'project');

const run = (command: string, args: string[], cwd: string): string =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

const tarball = inject('tarball');

beforeAll(() => {
  execFileSync('mkdir', [project]);
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'empty', private: true, type: 'module' }));
  run('npm', ['install', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', tarball], project);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the packed tarball', () => {
  it('passes publint', () => {
    expect(run('npx', ['publint', '--strict', tarball], root)).toContain('All good!');
  });

  it('resolves for every kind of ESM consumer', () => {
    // Its exit code tells: it names the kinds that the profile ignores too.
    expect(() => run('npx', ['attw', '--profile', 'esm-only', tarball], root)).not.toThrow();
  });

  it('holds the built library and the built-in networks, no sources and no research weights', () => {
    const files = readdirSync(join(project, 'node_modules/onnx-facial-lmk-detector'), { recursive: true }) as string[];
    expect(files.filter((file) => file.endsWith('.onnx')).sort()).toEqual([
      'models/drawn-faces-detector.onnx',
      'models/drawn-faces-landmarker.onnx',
      'models/face-detector-mediapipe.onnx',
      'models/face-landmarker-mediapipe.onnx',
    ]);
    expect(files).toEqual(expect.arrayContaining(['models/LICENSE-APACHE-2.0.txt', 'models/NOTICE']));
    expect(files.some((file) => /(^|\/)(src|test|bench)\//.test(file))).toBe(false);
  });

  it('finds the face in a picture with five lines', () => {
    copyFileSync(SAMPLE_PICTURE, join(project, 'photo.jpg'));
    writeFileSync(
      join(project, 'five.js'),
      `import { FacialLandmarkDetector } from 'onnx-facial-lmk-detector/node';
       const detector = await FacialLandmarkDetector.load();
       const { faces, networks } = await detector.detect('photo.jpg');
       console.log(JSON.stringify([faces.length, faces[0].landmarks.length, networks.set, networks.licence]));
       await detector.close();`,
    );
    expect(JSON.parse(run('node', ['five.js'], project))).toEqual([1, 106, 'mediapipe', 'Apache-2.0']);
  });

  it('detects a drawn face through every entry', () => {
    writeFileSync(
      join(project, 'use.js'),
      `import { analyzeFaces, drawScene, Workspace } from 'onnx-facial-lmk-detector';
       import { plainKernels } from 'onnx-facial-lmk-detector/kernels';
       import { FacialLandmarkDetector, findModels, loadNetwork } from 'onnx-facial-lmk-detector/node';
       const models = await findModels({ networks: 'drawn-faces' });
       const scene = drawScene({ seed: 7, faces: 2 });
       const detector = await FacialLandmarkDetector.load(models);
       const { faces } = await detector.detect(scene.image);
       await detector.close();
       const networks = { detector: await loadNetwork(models.detector), landmarker: await loadNetwork(models.landmarker) };
       const again = await analyzeFaces(networks, scene.image, {}, new Workspace(plainKernels));
       console.log(JSON.stringify([faces.length, again.length, faces[0].landmarks.length]));`,
    );
    expect(JSON.parse(run('node', ['use.js'], project))).toEqual([2, 2, 106]);
  });

  it('offers its types to a strict TypeScript project', () => {
    writeFileSync(
      join(project, 'use.ts'),
      `import { type Face, FacialLandmarkDetector } from 'onnx-facial-lmk-detector/node';
       import type { NdarrayOutputs } from 'onnx-facial-lmk-detector/node';
       const detector = await FacialLandmarkDetector.load({ detector: 'd.onnx', landmarker: 'l.onnx' });
       const { faces }: { faces: Face[] } = await detector.detect('photo.jpg');
       const raw: NdarrayOutputs = await detector.run(new Uint8Array(1));
       const x: number = faces[0].landmarks[86].x + raw.M.get(0, 0, 0);
       // @ts-expect-error a channel order is one of the known ones
       await detector.detect({ data: new Uint8Array(3), width: 1, height: 1, channelOrder: 'grb' });
       export { x };`,
    );
    const options = ['--strict', '--noEmit', '--module', 'nodenext', '--target', 'es2022', '--types', 'node'];
    const types = ['--typeRoots', join(root, 'node_modules/@types')];
    expect(() => run(join(root, 'node_modules/.bin/tsc'), [...options, ...types, 'use.ts'], project)).not.toThrow();
  });

  it('installs the command', () => {
    const bin = join(project, 'node_modules/.bin/facial-lmk');
    expect(run(bin, ['--version'], project).trim()).toMatch(/^\d+\.\d+\.\d+$/);
    expect(run(bin, ['--help'], project)).toContain('detect');
  });
});

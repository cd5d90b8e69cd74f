// The packed package in the bundles of every bundler: built as users do, and run.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { FaceJson } from '../../src/types.js';
import { hasBrowser, launchBrowser } from '../support/browser.js';
import { freePort } from '../support/free-port.js';
import { createProject, type UserProject } from '../support/installed.js';
import { serveFolder } from '../support/static-server.js';

const BUNDLERS = ['esbuild', 'rollup', 'vite', 'webpack'];
const TEMPLATE = fileURLToPath(new URL('bundlers', import.meta.url));
const GUIDE = fileURLToPath(new URL('../../docs/bundlers.md', import.meta.url));
const PACKAGE = 'node_modules/onnx-facial-lmk-detector';

let project: UserProject;
let photo: string;
/** What the package finds where nothing is bundled. */
let expected: FaceJson[];

beforeAll(() => {
  project = createProject([inject('tarball')], TEMPLATE);
  cpSync(GUIDE, project.path('guide.md'));
  photo = project.path(PACKAGE, 'dist/sample/mona-lisa.jpg');
  expected = JSON.parse(project.run('node', ['pool.js', photo]));
});

afterAll(() => project.remove());

describe('a pool', () => {
  it('finds the face where nothing is bundled', () => {
    expect(expected).toHaveLength(1);
  });

  describe.each(BUNDLERS)('in a bundle of %s', (bundler) => {
    beforeAll(() => {
      project.run('node', ['build.js', bundler, 'pool', `dist/${bundler}`]);
    });

    it('finds the same face where the package is installed', () => {
      expect(JSON.parse(project.run('node', [`dist/${bundler}/pool.js`, photo]))).toEqual(expected);
    });

    it('finds the same face where only the native runtime, sharp and the networks are', () => {
      const deployed = project.path(`deployed/${bundler}`);
      cpSync(project.path(`dist/${bundler}`), deployed, { recursive: true });
      mkdirSync(`${deployed}/node_modules`);
      cpSync(project.path('package.json'), `${deployed}/package.json`);
      for (const name of ['onnxruntime-node', 'sharp']) {
        symlinkSync(project.path('node_modules', name), `${deployed}/node_modules/${name}`);
      }
      mkdirSync(`${deployed}/networks`);
      for (const role of ['detector', 'landmarker']) {
        const file = `face-${role}-mediapipe.onnx`;
        cpSync(project.path(PACKAGE, 'models', file), `${deployed}/networks/${file}`);
      }
      expect(JSON.parse(runAlone(deployed))).toEqual(expected);
    });
  });

  /**
   * Runs a bundle where no import finds the package.
   * @param networks the folder of the networks, if there are any
   */
  function runAlone(deployed: string, networks = `${deployed}/networks`): string {
    const hidden = project.path('hidden');
    cpSync(photo, project.path('photo.jpg'));
    project.run('mv', [project.path(PACKAGE), hidden]);
    try {
      const env = { FACIAL_LMK_MODELS: networks };
      return project.run('node', [`${deployed}/pool.js`, project.path('photo.jpg')], env);
    } finally {
      project.run('mv', [hidden, project.path(PACKAGE)]);
    }
  }

  it('says what is missing where a bundle runs without thread and package', () => {
    const deployed = project.path('deployed/esbuild');
    project.run('rm', [`${deployed}/pool-thread.js`]);
    expect(() => runAlone(deployed)).toThrow(
      /the script that they run .* install onnx-facial-lmk-detector .* where it runs.* `workerUrl` says where/,
    );
  });

  it('says what is missing where a bundle runs without networks and package', () => {
    expect(() => runAlone(project.path('deployed/webpack'), '')).toThrow(
      /install onnx-facial-lmk-detector .* where it runs/,
    );
  });
});

describe.skipIf(!hasBrowser)('a worker detector in a page', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());

  it.each(BUNDLERS)('bundled by %s finds the same face', async (bundler) => {
    const folder = `dist/${bundler}-page`;
    project.run('node', ['build.js', bundler, 'page', folder]);
    const picture = readFileSync(photo);
    const index = readFileSync(project.path(folder, 'index.html'));
    const server = await serveFolder(project.path(folder), { '/': index, '/photo.jpg': picture });
    const page = await browser.newPage();
    try {
      await page.goto(server.origin);
      await page.waitForFunction(() => document.title !== '');
      const faces: FaceJson[] = JSON.parse(await page.title());
      expect(faces).toHaveLength(1);
      expect(faces[0].landmarks).toEqual(expected[0].landmarks);
    } finally {
      await page.close();
      await server.close();
    }
  });
});

/** The text of a page, as soon as its server answers. */
async function fetchText(url: string, tries = 60): Promise<string> {
  for (let i = 1; ; i++) {
    try {
      return await (await fetch(url)).text();
    } catch (error) {
      if (i === tries) throw error;
      await pause(250);
    }
  }
}

describe('a pool in a server action of Next.js', () => {
  it('finds the same face', async () => {
    const next = project.path('node_modules/next/dist/bin/next');
    const env = { NEXT_TELEMETRY_DISABLED: '1' };
    project.run('node', [next, 'build', 'next'], env);
    const port = await freePort();
    const args = [next, 'start', 'next', '-p', String(port), '-H', '127.0.0.1'];
    const server = spawn('node', args, { cwd: project.folder, env: { ...process.env, ...env }, stdio: 'ignore' });
    try {
      const origin = `http://127.0.0.1:${port}`;
      const [, action] = /name="(\$ACTION_ID_\w+)"/.exec(await fetchText(origin)) as RegExpExecArray;
      const form = new FormData();
      form.set(action, '');
      form.set('photo', new Blob([readFileSync(photo)]), 'photo.jpg');
      const answer = await fetch(origin, { method: 'POST', body: form, redirect: 'manual', headers: { origin } });
      const found = new URL(answer.headers.get('location') as string, origin).searchParams.get('faces') as string;
      const boxes = (JSON.parse(found) as Record<string, number>[]).map(({ x1, y1, x2, y2 }) => [x1, y1, x2, y2]);
      expect(boxes).toEqual(expected.map(({ bbox }) => bbox));
    } finally {
      server.kill();
      await once(server, 'exit');
    }
  });
});

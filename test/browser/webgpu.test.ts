/// <reference lib="dom" />
// Devices of the browser: WebGPU on a software adapter, for right results and never for speed, and what becomes of one that
// cannot be had or is wrong.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { WebOrtModule } from '../../src/web/index.js';
import { browserPath, hasBrowser, launchBrowser } from '../support/browser.js';
import { PAINTING as MONA_LISA } from '../support/painted-camera.js';
import { type StaticServer, serveFolder } from '../support/static-server.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
type Library = typeof import('../../src/web/index.js');

const PAGE =
  '<!doctype html><title>test</title><img id="photo" src="/photo.jpg"><script type="module" src="/main.js"></script>';
// The tests' functions run in the page, but their imports would be rewritten on the way there.
const MAIN = `import * as library from '/dist/web/standalone/index.js';
import * as ort from '/dist/wasm-runtime/ort.wasm.min.mjs';
Object.assign(globalThis, library, { ort });`;
const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; img-src 'self' blob:";
/** The build of ONNX Runtime with WebGPU, as a user serves it. */
const SCRIPT = '/node_modules/onnxruntime-web/dist/ort.webgpu.min.mjs';
/** SwiftShader, a software adapter. */
const ADAPTER = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--enable-features=Vulkan'];
/** A whole test of a device computes for minutes where a card takes a moment. */
const SLOW = 900_000;

const pages = { '/': PAGE, '/main.js': MAIN, '/photo.jpg': readFileSync(MONA_LISA), '/favicon.ico': '' };

async function open(browser: Browser, server: StaticServer): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  page.on('pageerror', (error) => {
    throw error;
  });
  page.setDefaultTimeout(SLOW);
  await page.goto(`${server.origin}/`);
  await page.waitForFunction('globalThis.FacialLandmarkDetector');
  return page;
}

describe.skipIf(!hasBrowser)(`devices of the browser (needs ${browserPath})`, () => {
  let server: StaticServer;
  let browser: Browser;
  beforeAll(async () => {
    server = await serveFolder(root, pages, { 'content-security-policy': POLICY });
    browser = await launchBrowser();
  });
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  it('takes WebGPU in a worker after its test, and finds what the processor finds, also in two images at once', {
    timeout: SLOW,
  }, async () => {
    const own = await launchBrowser(ADAPTER);
    try {
      const page = await open(own, server);
      const { passedOver, provider, worst, counts } = await page.evaluate(async (runtime) => {
        const { createWorkerDetector, FacialLandmarkDetector } = globalThis as unknown as Library;
        const photo = document.querySelector('#photo') as HTMLImageElement;
        // Small, because the adapter is slow.
        const options = { detectorSide: 160 };
        const processor = await FacialLandmarkDetector.load();
        const [expected] = (await processor.detect(photo, options)).faces;
        await processor.close();
        const detector = await createWorkerDetector({ device: ['webgpu', 'wasm'], runtime });
        const results = await Promise.all([detector.detect(photo, options), detector.detect(photo, options)]);
        await detector.close();
        const distances = results.flatMap(({ faces }) =>
          faces[0].landmarksFloat.map(({ x, y }, i) => {
            const wanted = expected.landmarksFloat[i];
            return Math.hypot(x - wanted.x, y - wanted.y);
          }),
        );
        return {
          passedOver: detector.passedOver,
          provider: results[0].networks.runtime.provider,
          counts: results.map(({ faces }) => faces.length),
          worst: Math.max(...distances),
        };
      }, SCRIPT);
      expect({ passedOver, provider, counts }).toEqual({ passedOver: [], provider: 'webgpu', counts: [1, 1] });
      expect(worst).toBeGreaterThan(0);
      expect(worst).toBeLessThan(0.5);
    } finally {
      await own.close();
    }
  });

  it('says why WebGPU does not run the networks, and passes it over in a list', async () => {
    const page = await open(browser, server);
    const outcome = await page.evaluate(async (runtime) => {
      const { createWorkerDetector, FacialLandmarkDetector } = globalThis as unknown as Library;
      const photo = document.querySelector('#photo') as HTMLImageElement;
      const found: unknown[] = [];
      for (const load of [createWorkerDetector, FacialLandmarkDetector.load]) {
        const detector = await load({ device: ['webgpu', 'wasm'], runtime });
        const { faces, networks } = await detector.detect(photo, { detectorSide: 160 });
        found.push({ faces: faces.length, provider: networks.runtime.provider, passedOver: detector.passedOver });
        await detector.close();
      }
      const codeOf = (options: Parameters<typeof FacialLandmarkDetector.load>[0]) =>
        FacialLandmarkDetector.load(options).catch((error) => `${error.code} ${error.message}`);
      return {
        found,
        alone: await codeOf({ device: 'webgpu', runtime }),
        without: await codeOf({ device: 'webgpu' }),
      };
    }, SCRIPT);
    const reason = expect.stringMatching(/cannot start .*(WebGPU is not supported|GPU adapter)/s);
    const expected = { faces: 1, provider: 'wasm', passedOver: [{ device: 'webgpu', reason }] };
    expect(outcome.found).toEqual([expected, expected]);
    expect(outcome.alone).toMatch(/^ERR_DEVICE .*(WebGPU is not supported|GPU adapter)/s);
    expect(outcome.without).toMatch(/^ERR_DEVICE .*install onnxruntime-web and pass `runtime/s);
  });

  it('passes over a device that computes something else', async () => {
    const page = await open(browser, server);
    const outcome = await page.evaluate(async () => {
      const { FacialLandmarkDetector, ort } = globalThis as unknown as Library & { ort: WebOrtModule };
      // Runs all on the processor, but what it does for WebGPU is a little off.
      const create: WebOrtModule['InferenceSession']['create'] = async (model, options) => {
        const session = await ort.InferenceSession.create(model, { ...options, executionProviders: ['wasm'] });
        if (!JSON.stringify(options).includes('webgpu')) return session;
        const run: typeof session.run = async (feeds) => {
          const results = await session.run(feeds);
          for (const { data } of Object.values(results)) {
            (data as Float32Array).forEach((value, i, all) => {
              all[i] = value * 1.05;
            });
          }
          return results;
        };
        const { inputMetadata, outputMetadata } = session;
        return { inputMetadata, outputMetadata, run, release: () => session.release() };
      };
      ort.env.wasm.wasmPaths = new URL('/dist/wasm-runtime/', location.href).href;
      const runtime = { env: ort.env, Tensor: ort.Tensor, InferenceSession: { create } };
      const detector = await FacialLandmarkDetector.load({ device: ['webgpu', 'wasm'], runtime });
      await detector.close();
      const alone = await FacialLandmarkDetector.load({ device: 'webgpu', runtime }).catch((error) => error.message);
      return { provider: detector.runtime.provider, passedOver: detector.passedOver, alone };
    });
    const reason = expect.stringMatching(/differ from the processor's: scores by .*landmarks by/);
    expect(outcome).toMatchObject({ provider: 'wasm', passedOver: [{ device: 'webgpu', reason }], alone: reason });
  });
});

/// <reference lib="dom" />
// The browser entry in a real browser, as a page without a bundler uses it: everything from the page's own origin, under a
// policy without `unsafe-eval`.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { drawScene } from '../../src/drawn-faces/draw-scene.js';
import { FacialLandmarkDetector } from '../../src/node/facial-landmark-detector.js';
import { encodeImage } from '../../src/node/images/image-codecs.js';
import { readImage } from '../../src/node/images/image-file.js';
import { readModel, writeModel } from '../../src/onnx/model.js';
import type { Graph } from '../../src/onnx/schema.js';
import { browserPath, hasBrowser, launchBrowser } from '../support/browser.js';
import { PAINTING as MONA_LISA } from '../support/painted-camera.js';
import { type StaticServer, serveFolder } from '../support/static-server.js';
import { yunetStandIn } from '../support/yunet-stand-in.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const PNG = `${root}test/fixtures/stages/align.png`;

const YUNET = yunetStandIn(1);
/** Its weights are random, and it finds something everywhere. */
const { image: SCENE } = drawScene({ seed: 5, width: 900, height: 700, faces: 7 });

/** A network whose weights are listed among its inputs too, as older exporters write them. */
function listWeights(bytes: Uint8Array): Uint8Array {
  const model = readModel(bytes);
  const { inputs, initializers } = model.graph as Graph;
  for (const { name, dataType: elementType, dimensions } of initializers) {
    const shape = { dimensions: dimensions.map((value) => ({ value })) };
    inputs.push({ name, type: { tensor: { elementType, shape } }, metadata: [] });
  }
  return writeModel(model);
}

type Library = typeof import('../../src/web/index.js') & typeof import('../../src/web/images/read-pixels.js');

const PAGE =
  '<!doctype html><title>test</title><img id="photo" src="/photo.jpg"><script type="module" src="/main.js"></script>';
// The tests' functions run in the page, but their imports would be rewritten on the way there.
const MAIN = `import * as library from '/dist/web/standalone/index.js';
import { readPixels } from '/dist/web/images/read-pixels.js';
Object.assign(globalThis, library, { readPixels });`;
const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; img-src 'self' blob:";
const ISOLATED = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };

describe.skipIf(!hasBrowser)(`onnx-facial-lmk-detector/web (needs ${browserPath})`, () => {
  let browser: Browser;
  let plain: StaticServer;
  let isolated: StaticServer;

  beforeAll(async () => {
    const pages = {
      '/': PAGE,
      '/main.js': MAIN,
      '/photo.jpg': readFileSync(MONA_LISA),
      '/image.png': readFileSync(PNG),
      '/scene.png': await encodeImage(SCENE, 'png'),
      '/yunet.onnx': YUNET,
      '/yunet-listed.onnx': listWeights(YUNET),
    };
    plain = await serveFolder(root, pages, { 'content-security-policy': POLICY });
    isolated = await serveFolder(root, pages, { 'content-security-policy': POLICY, ...ISOLATED });
    browser = await launchBrowser();
  });
  // Each holds networks and threads of its own.
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
  });
  afterAll(async () => {
    await browser?.close();
    await plain?.close();
    await isolated?.close();
  });

  /** A page of its own, whose errors fail the test. */
  async function open(server: StaticServer): Promise<Page> {
    const page = await (await browser.newContext()).newPage();
    page.on('pageerror', (error) => {
      throw error;
    });
    await page.goto(`${server.origin}/`);
    await page.waitForFunction('globalThis.FacialLandmarkDetector');
    return page;
  }

  it('finds a face in an <img> with five lines, from the page’s own origin alone', async () => {
    const page = await open(plain);
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    const found = await page.evaluate(async () => {
      const { FacialLandmarkDetector } = globalThis as unknown as Library;
      const detector = await FacialLandmarkDetector.load();
      const { faces, image } = await detector.detect(document.querySelector('#photo') as HTMLImageElement);
      await detector.close();
      return {
        box: faces[0].box,
        count: faces.length,
        landmarks: faces[0].landmarks.length,
        image,
        runtime: detector.runtime,
      };
    });
    expect(found).toMatchObject({
      count: 1,
      landmarks: 106,
      image: { width: 743, height: 1155 },
      runtime: { threads: 1 },
    });
    expect(asked.filter((url) => !url.startsWith(plain.origin))).toEqual([]);
  });

  it('gives the bits of Node for the same pixels but for what the networks differ by', async () => {
    const detector = await FacialLandmarkDetector.load({
      detector: `${root}models/face-detector-mediapipe.onnx`,
      landmarker: `${root}models/face-landmarker-mediapipe.onnx`,
    });
    const image = await readImage(MONA_LISA);
    const { faces } = await detector.detect(image);
    await detector.close();
    const page = await open(plain);
    const there = await page.evaluate(
      async ({ pixels, width, height }) => {
        const { FacialLandmarkDetector } = globalThis as unknown as Library;
        const detector = await FacialLandmarkDetector.load();
        const data = Uint8Array.from(atob(pixels), (character) => character.charCodeAt(0));
        const { faces } = await detector.detect({ data, width, height, channelOrder: 'rgb' });
        await detector.close();
        return faces.map(({ box, keypoints, landmarksFloat }) => ({ box, keypoints, landmarksFloat }));
      },
      { pixels: Buffer.from(image.data).toString('base64'), width: image.width, height: image.height },
    );
    expect(there.map(({ box }) => box)).toEqual(faces.map(({ box }) => box));
    expect(there.map(({ keypoints }) => keypoints)).toEqual(faces.map(({ keypoints }) => keypoints));
    const worst = Math.max(
      ...there[0].landmarksFloat.flatMap(({ x, y }, i) => [
        Math.abs(x - faces[0].landmarksFloat[i].x),
        Math.abs(y - faces[0].landmarksFloat[i].y),
      ]),
    );
    console.log(`landmarks in the browser: worst ${worst} px from Node's`);
    expect(worst).toBeLessThan(0.05);
  });

  it('takes every kind of image that a page holds', async () => {
    const page = await open(plain);
    const boxes = await page.evaluate(async () => {
      const { FacialLandmarkDetector } = globalThis as unknown as Library;
      const detector = await FacialLandmarkDetector.load();
      const img = document.querySelector('#photo') as HTMLImageElement;
      const { naturalWidth: width, naturalHeight: height } = img;
      const canvas = Object.assign(document.createElement('canvas'), { width, height });
      const context = canvas.getContext('2d') as CanvasRenderingContext2D;
      context.drawImage(img, 0, 0);
      const offscreen = new OffscreenCanvas(width, height);
      offscreen.getContext('2d')?.drawImage(img, 0, 0);
      const bitmap = await createImageBitmap(img);
      const frame = new VideoFrame(bitmap, { timestamp: 0 });
      const blob = await (await fetch('/photo.jpg')).blob();
      const bytes = new Uint8Array(await blob.arrayBuffer());
      const inputs = {
        img,
        canvas,
        offscreen,
        bitmap,
        frame,
        imageData: context.getImageData(0, 0, width, height),
        blob,
        file: new File([blob], 'lisa.jpg'),
        bytes,
        buffer: bytes.buffer,
      };
      const found: Record<string, unknown> = {};
      for (const [name, input] of Object.entries(inputs)) {
        const { faces, image } = await detector.detect(input);
        found[name] = { ...faces[0].box, name: image.name };
      }
      frame.close();
      await detector.close();
      return found;
    });
    const { img } = boxes as Record<string, { x1: number; y1: number; x2: number; y2: number }>;
    const close = (box: typeof img) =>
      Math.max(...(['x1', 'y1', 'x2', 'y2'] as const).map((key) => Math.abs(box[key] - img[key])));
    for (const [name, box] of Object.entries(boxes)) expect(close(box as typeof img), name).toBeLessThanOrEqual(2);
    expect(boxes).toMatchObject({ file: { name: 'lisa.jpg' }, img: { name: 'image' }, imageData: { name: 'pixels' } });
  });

  it('reads a PNG to the bytes that Node reads', async () => {
    const image = await readImage(PNG);
    const page = await open(plain);
    const there = await page.evaluate(async () => {
      const { readPixels } = globalThis as unknown as Library;
      const { pixels } = await readPixels(await (await fetch('/image.png')).blob());
      return Array.from(pixels.data);
    });
    const rgb = there.filter((_, i) => i % 4 !== 3);
    expect(rgb).toEqual(Array.from(image.data));
  });

  it('uses threads only where the page is isolated, and says how many', async () => {
    const page = await open(isolated);
    const { threads, boxes } = await page.evaluate(async () => {
      const { FacialLandmarkDetector } = globalThis as unknown as Library;
      const detector = await FacialLandmarkDetector.load({ threads: 2 });
      const { faces } = await detector.detect(document.querySelector('#photo') as HTMLImageElement);
      await detector.close();
      return { threads: detector.runtime.threads, boxes: faces.length };
    });
    expect({ threads, boxes }).toEqual({ threads: 2, boxes: 1 });
  });

  it('finds the same face in a worker, gives errors back by their kind, and ends', async () => {
    const page = await open(plain);
    const outcome = await page.evaluate(async () => {
      const { createWorkerDetector, FacialLandmarkDetector } = globalThis as unknown as Library;
      const image = document.querySelector('#photo') as HTMLImageElement;
      const here = await FacialLandmarkDetector.load();
      const expected = (await here.detect(image)).faces[0];
      await here.close();
      const states: number[] = [];
      const detector = await createWorkerDetector({ progress: ({ received }) => states.push(received) });
      const [{ faces, networks }, wrong] = await Promise.all([
        detector.detect(image),
        detector.detect(new Blob(['no image'])).catch((error) => error.code),
      ]);
      const aborted = await detector.detect(image, { signal: AbortSignal.abort('enough') }).catch((reason) => reason);
      await detector.close();
      const late = await detector.detect(image).catch((error) => error.code);
      const same = JSON.stringify(faces[0]) === JSON.stringify(expected);
      return { same, set: networks.set, wrong, aborted, late, progress: states.at(-1) };
    });
    expect(outcome).toMatchObject({ same: true, set: 'mediapipe', wrong: 'ERR_IMAGE_DECODE', aborted: 'enough' });
    expect(outcome.late).toBe('ERR_CLOSED');
    expect(outcome.progress).toBeGreaterThan(500_000);
  });

  it('follows a face in a worker as on the page, until its tracker is closed', async () => {
    const page = await open(plain);
    const outcome = await page.evaluate(async () => {
      const { createWorkerDetector, FacialLandmarkDetector } = globalThis as unknown as Library;
      const image = document.querySelector('#photo') as HTMLImageElement;
      const [here, there] = [await FacialLandmarkDetector.load(), await createWorkerDetector()];
      const trackers = [here.createTracker({ detectEvery: 2 }), there.createTracker({ detectEvery: 2 })];
      const frames = [0, 1, 2].map(() => image);
      const [expected, found] = await Promise.all(
        trackers.map((tracker) => Promise.all(frames.map((frame, i) => tracker.track(frame, i / 10)))),
      );
      trackers[1].reset();
      const again = await trackers[1].track(image, 0);
      await trackers[1].close();
      const late = await trackers[1].track(image).catch((error) => error.code);
      const { faces } = await there.detect(image);
      await Promise.all([here.close(), there.close()]);
      const ids = (results: { id: number }[][]) => results.map((faces) => faces.map(({ id }) => id));
      return {
        same: JSON.stringify(found) === JSON.stringify(expected),
        ids: ids([...found, again]),
        late,
        goesOn: faces.length,
      };
    });
    expect(outcome).toEqual({ same: true, ids: [[1], [1], [1], [2]], late: 'ERR_CLOSED', goesOn: 1 });
  });

  it('takes networks with a digest from the cache on the second visit, and refuses other bytes', async () => {
    const page = await open(plain);
    const detector = readFileSync(`${root}models/face-detector-mediapipe.onnx`);
    const sha256 = createHash('sha256').update(detector).digest('hex');
    const before = plain.requests.length;
    const wrong = await page.evaluate(async (digest) => {
      const { FacialLandmarkDetector } = globalThis as unknown as Library;
      const url = '/models/face-detector-mediapipe.onnx';
      for (let visit = 0; visit < 2; visit++) {
        await (await FacialLandmarkDetector.load({ detector: { url, sha256: digest } })).close();
      }
      const other = { url, sha256: '0'.repeat(64) };
      return FacialLandmarkDetector.load({ detector: other }).catch((error) => error.code);
    }, sha256);
    const fetched = plain.requests.slice(before).filter((path) => path.endsWith('face-detector-mediapipe.onnx'));
    expect({ wrong, fetched: fetched.length }).toEqual({ wrong: 'ERR_MODEL_FILE', fetched: 2 });
  });

  it('adapts networks as Node does: YuNet by address, as file and as bytes, and weights that are listed among the inputs', async () => {
    const options = { minScore: 0.6, maxFaces: 10 };
    const detector = await FacialLandmarkDetector.load({
      detector: YUNET,
      landmarker: `${root}models/face-landmarker-mediapipe.onnx`,
    });
    const { faces } = await detector.detect(SCENE, options);
    await detector.close();
    expect(faces).toHaveLength(10);
    const page = await open(plain);
    const found = await page.evaluate(async (settings) => {
      const { createWorkerDetector, FacialLandmarkDetector } = globalThis as unknown as Library;
      const file = async (path: string) => (await fetch(path)).blob();
      const image = await file('/scene.png');
      const blob = await file('/yunet.onnx');
      const loads = {
        address: () => createWorkerDetector({ detector: '/yunet.onnx' }),
        blob: () => createWorkerDetector({ detector: blob }),
        bytes: async () => FacialLandmarkDetector.load({ detector: await blob.arrayBuffer() }),
        listed: () => FacialLandmarkDetector.load({ detector: '/yunet-listed.onnx' }),
      };
      const found: Record<string, unknown> = {};
      for (const [name, load] of Object.entries(loads)) {
        const detector = await load();
        const { faces } = await detector.detect(image, settings);
        found[name] = faces.map(({ box, keypoints }) => ({ box, keypoints }));
        await detector.close();
      }
      return found;
    }, options);
    const expected = faces.map(({ box, keypoints }) => ({ box, keypoints }));
    expect(found).toEqual({ address: expected, blob: expected, bytes: expected, listed: expected });
  });

  it('refuses options that there are not and values that do not fit, before anything is fetched', async () => {
    const page = await open(plain);
    const before = plain.requests.length;
    const codes = await page.evaluate(async () => {
      const { createWorkerDetector, FacialLandmarkDetector, serveDetector } = globalThis as unknown as Library;
      const load = (options: unknown) => FacialLandmarkDetector.load(options as never);
      const start = (options: unknown) => createWorkerDetector(options as never);
      const calls = [
        () => load(null),
        () => load({ detctor: '/models/face-detector-mediapipe.onnx' }),
        () => load({ detector: 3 }),
        () => load({ detector: Object.create(null) }),
        () => load({ landmarker: { url: '/a.onnx', sha256: 'short' } }),
        () => load({ landmarker: 'http://' }),
        () => load({ device: 'gpu' }),
        () => load({ device: [] }),
        () => load({ device: ['webgpu', 'gpu'] }),
        () => load({ threads: 0 }),
        () => load({ runtime: 'onnxruntime-web' }),
        () => load({ runtime: {} }),
        () => load({ wasmPaths: { wasm: 1 } }),
        () => load({ fetch: true }),
        () => load({ progress: 1 }),
        () => load({ signal: {} }),
        () => start(null),
        () => start({ wroker: () => undefined }),
        () => start({ detector: null }),
        () => start({ fetch }),
        async () => serveDetector({ fetch: 1 } as never),
        async () => serveDetector({ detector: '/a.onnx' } as never),
      ];
      return Promise.all(
        calls.map((call) =>
          call().then(
            () => 'none',
            (error) => error.code,
          ),
        ),
      );
    });
    expect(codes).toEqual(codes.map(() => 'ERR_INVALID_OPTION'));
    expect(plain.requests.slice(before)).toEqual([]);
  });

  it('says of calls in a page and in a worker alike what is wrong with them', async () => {
    const page = await open(plain);
    const codes = await page.evaluate(async () => {
      const { createWorkerDetector, FacialLandmarkDetector } = globalThis as unknown as Library;
      const image = document.querySelector('#photo') as HTMLImageElement;
      const empty = document.createElement('canvas');
      empty.width = 0;
      const codes: unknown[][] = [];
      for (const detector of [await FacialLandmarkDetector.load(), await createWorkerDetector()]) {
        const calls = [
          detector.detect(image, { minscore: 0.9 } as never),
          detector.detect(image, { maxPixels: 100 }),
          detector.detect(image, { signal: 1 } as never),
          detector.detect(new Image()),
          detector.detect(document.createElement('video')),
          detector.detect(empty),
          detector.detect(null as never),
          detector.detect({} as never),
          detector.detect(new ArrayBuffer(0)),
          detector.detect((() => 1) as never),
          (async () => detector.stream([image], { concurrency: 0 }))(),
        ];
        const failures = calls.map((call) =>
          call.then(
            () => 'none',
            (error) => error.code,
          ),
        );
        codes.push(await Promise.all(failures));
        await detector.close();
      }
      return codes;
    });
    const [OPTION, IMAGE, DECODE] = ['ERR_INVALID_OPTION', 'ERR_INVALID_IMAGE', 'ERR_IMAGE_DECODE'];
    const expected = [OPTION, DECODE, OPTION, IMAGE, IMAGE, IMAGE, OPTION, OPTION, DECODE, OPTION, OPTION];
    expect(codes).toEqual([expected, expected]);
  });

  it('calls a download that breaks off one', async () => {
    const page = await open(plain);
    const code = await page.evaluate(async () => {
      const { FacialLandmarkDetector } = globalThis as unknown as Library;
      const broken = () => new ReadableStream({ pull: (stream) => stream.error(new TypeError('network error')) });
      const load = FacialLandmarkDetector.load({ fetch: async () => new Response(broken()) });
      return load.then(
        () => 'none',
        (error) => error.code,
      );
    });
    expect(code).toBe('ERR_DOWNLOAD');
  });

  it('says what is wrong with an image that was not loaded, a format that no browser reads, and no image at all', async () => {
    const page = await open(plain);
    const messages = await page.evaluate(async () => {
      const { readPixels } = globalThis as unknown as Library;
      const inputs = [new Image(), new Blob(['no image']), 'photo.jpg', null, { data: 1 }];
      const failures = inputs.map((input) =>
        readPixels(input as never).then(
          () => 'none',
          (error) => `${error.code}: ${error.message}`,
        ),
      );
      return Promise.all(failures);
    });
    expect(messages[0]).toMatch(/^ERR_INVALID_IMAGE: .*loaded.*0 x 0 pixels/);
    expect(messages[1]).toMatch(/^ERR_IMAGE_DECODE: .*8 bytes/);
    for (const message of messages.slice(2)) expect(message).toMatch(/^ERR_INVALID_OPTION: /);
  });
});

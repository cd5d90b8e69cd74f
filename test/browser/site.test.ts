/// <reference lib="dom" />
// The static page in a real browser, below a path of a host that sends no headers: photo and camera, by keyboard, at 360 pixels,
// under its own policy, and without a connection from the second visit on.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawScene } from '../../src/drawn-faces/draw-scene.js';
import { FacialLandmarkDetector } from '../../src/node/facial-landmark-detector.js';
import { encodeImage } from '../../src/node/images/image-codecs.js';
import { writeSite } from '../../src/server/write-site.js';
import type { Box } from '../../src/types.js';
import { browserPath, hasBrowser, launchBrowser } from '../support/browser.js';
import { PAINTING, paintedCamera } from '../support/painted-camera.js';
import { type StaticServer, serveFolder } from '../support/static-server.js';

const models = fileURLToPath(new URL('../../models/', import.meta.url));
const DRAWN = {
  detector: `${models}drawn-faces-detector.onnx`,
  landmarker: `${models}drawn-faces-landmarker.onnx`,
  set: 'drawn-faces',
  licence: 'MIT',
};
/** Where to leave screenshots; nowhere by default. */
const screenshots = process.env.FACIAL_LMK_SCREENSHOTS;

describe.skipIf(!hasBrowser)(`the static page (needs ${browserPath})`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'facial-lmk-site-'));
  let camera: Awaited<ReturnType<typeof paintedCamera>>;
  let browser: Browser;
  let server: StaticServer;
  let scene: Buffer;

  beforeAll(async () => {
    camera = await paintedCamera();
    await writeSite(join(folder, 'some/where'));
    await writeSite(join(folder, 'drawn'), { networks: DRAWN });
    await writeSite(join(folder, 'card'), { networks: DRAWN, webgpu: true });
    const { image } = drawScene({ seed: 11, width: 900, height: 600, faces: 3 });
    scene = Buffer.from(await encodeImage(image, 'png'));
    server = await serveFolder(folder, {
      '/some/where/probe.js':
        'try { new Function("return 1")(); globalThis.probe = "evaluated"; } catch { globalThis.probe = "refused"; }',
    });
    browser = await launchBrowser(camera.arguments);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    camera?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Opens the page and notes what it must not do. */
  async function open(path: string, options: BrowserContextOptions = {}) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    const page = await context.newPage();
    const wrongs: string[] = [];
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) wrongs.push(message.text());
    });
    page.on('pageerror', (error) => wrongs.push(error.message));
    page.on('request', (request) => {
      const url = request.url();
      if (!url.startsWith(`${server.origin}${path}`) && !/^(data|blob):/.test(url)) wrongs.push(`request to ${url}`);
    });
    await page.goto(`${server.origin}${path}`);
    return { context, page, wrongs };
  }

  const choose = (page: Page) =>
    page.locator('#file').setInputFiles({ name: 'scene.png', mimeType: 'image/png', buffer: scene });
  const count = (page: Page, part: string) => page.locator(`#overlay .${part}`).count();
  const overflows = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);

  it('finds the face of its sample, evaluates no string, and asks no other host', async () => {
    const { context, page, wrongs } = await open('/some/where/');
    await page.getByRole('button', { name: 'Try a sample' }).click();
    await page.getByText('1 face found.').waitFor();
    await page.getByText('mediapipe (Apache-2.0)').waitFor();
    expect(wrongs).toEqual([]);
    const policy = await page.locator('meta[http-equiv=content-security-policy]').getAttribute('content');
    expect(policy).toMatch(/^default-src 'none'; script-src 'self' 'wasm-unsafe-eval';/);
    await page.addScriptTag({ url: 'probe.js' });
    await page.waitForFunction('globalThis.probe');
    expect(await page.evaluate('probe')).toBe('refused');
    await context.close();
  });

  it('follows the face before the camera by one number, where it is', async () => {
    const detector = await FacialLandmarkDetector.load({ networks: 'mediapipe' });
    const { faces } = await detector.detect(PAINTING);
    await detector.close();
    const { context, page, wrongs } = await open('/some/where/');
    // Steadied, boxes stay behind by more the fewer frames the machine does, which is no matter of being right.
    await page.getByLabel('Steady the camera’s faces').uncheck();
    await page.getByRole('button', { name: 'Use the camera' }).click();
    await page.getByText('Frames a second').waitFor();
    const seen = await page.evaluate(async () => {
      const overlay = document.querySelector('#overlay') as HTMLElement;
      const frames: { labels: string[]; boxes: string[] }[] = [];
      await new Promise<void>((done) => {
        const observer = new MutationObserver(() => {
          const all = (query: string) => [...overlay.querySelectorAll(query)];
          frames.push({
            labels: all('.score').map((label) => label.textContent ?? ''),
            boxes: all('polygon.box').map((box) => box.getAttribute('points') ?? ''),
          });
          if (frames.length < 12) return;
          observer.disconnect();
          done();
        });
        observer.observe(overlay, { childList: true });
      });
      return frames;
    });
    for (const { labels, boxes } of seen) {
      expect(new Set(labels.map((label) => label.split(' ')[0]))).toEqual(new Set(['#1']));
      const [x1, y1, x2, , , y2] = boxes[0].split(/[ ,]/).map(Number);
      expect(camera.distance({ x1, y1, x2, y2 } as Box, faces[0].box)).toBeLessThan(20);
    }
    // It moves, and the page with it.
    expect(new Set(seen.map(({ boxes }) => boxes[0])).size).toBeGreaterThan(6);
    if (screenshots) await page.screenshot({ path: join(screenshots, 'page-live.png') });
    await page.getByRole('button', { name: 'Take the picture' }).click();
    await page.getByText('1 face found.').waitFor();
    expect(wrongs).toEqual([]);
    await context.close();
  });

  it('has a switch for the graphics card where the site brings what runs it, and says why there is none', async () => {
    const without = await open('/drawn/');
    expect(await without.page.getByLabel('Use the graphics card').isVisible()).toBe(false);
    await without.context.close();
    const { context, page, wrongs } = await open('/card/');
    await choose(page);
    await page.getByText('3 faces found.').waitFor();
    await page.getByLabel('Use the graphics card').check();
    await page.getByText(/^It is not used: .*(WebGPU is not supported|GPU adapter)/).waitFor();
    await page.getByText('3 faces found.').waitFor();
    await page.getByText(/^wasm/).waitFor();
    if (screenshots) await page.screenshot({ path: join(screenshots, 'page-card.png') });
    await page.getByLabel('Use the graphics card').uncheck();
    await page.getByText('3 faces found.').waitFor();
    expect(await page.locator('#card-note').textContent()).toBe('');
    expect(wrongs).toEqual([]);
    await context.close();
  });

  it('works without a connection on the second visit, which is isolated and so may use threads', async () => {
    const own = await serveFolder(folder);
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`${own.origin}/some/where/`);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
    await page.getByText('Works offline from now on.').waitFor();
    await own.close();
    await page.reload();
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    await page.getByRole('button', { name: 'Try a sample' }).click();
    await page.getByText('1 face found.').waitFor();
    await context.close();
  });

  it('keeps nothing of a site whose files are not those of one version', async () => {
    const own = await serveFolder(folder, { '/drawn/page.css': 'body { color: red; }' });
    const page = await browser.newPage();
    await page.goto(`${own.origin}/drawn/`);
    await page.getByText('Works online only').waitFor();
    expect(await page.evaluate(() => caches.keys())).toEqual([]);
    await page.close();
    await own.close();
  });

  it('can be installed', async () => {
    const { context, page } = await open('/drawn/');
    const session = await context.newCDPSession(page);
    const { errors, url } = await session.send('Page.getAppManifest');
    expect({ errors, url }).toEqual({ errors: [], url: `${server.origin}/drawn/manifest.webmanifest` });
    await page.getByText('Works offline from now on.').waitFor();
    // A private window, which every context of a test is, is the only thing in the way.
    const { installabilityErrors } = await session.send('Page.getInstallabilityErrors');
    expect(installabilityErrors.map(({ errorId }) => errorId)).toEqual(['in-incognito']);
    await context.close();
  });

  it.each(['light', 'dark'] as const)('fits 360 pixels in every state, %s', async (colorScheme) => {
    const { context, page, wrongs } = await open('/drawn/', { viewport: { width: 360, height: 780 }, colorScheme });
    expect(await overflows(page)).toBe(false);
    await choose(page);
    await page.getByText('3 faces found.').waitFor();
    await page.getByText('Indices').click();
    expect(await overflows(page)).toBe(false);
    for (let i = 0; i < 4; i++) await page.getByRole('button', { name: 'Zoom in' }).click();
    expect(await overflows(page)).toBe(false);
    await page.getByRole('button', { name: 'Use the camera' }).click();
    await page.getByText('Frames a second').waitFor();
    expect(await overflows(page)).toBe(false);
    expect(wrongs).toEqual([]);
    await context.close();
  });

  it('is used by the keyboard alone: layers, score, zoom, points', async () => {
    const { context, page } = await open('/drawn/');
    await choose(page);
    await page.getByText('3 faces found.').waitFor();
    const focus = async (name: string) => {
      for (let i = 0; i < 40; i++) {
        await page.keyboard.press('Tab');
        const isThere = await page.evaluate((wanted) => {
          const active = document.activeElement as HTMLInputElement | null;
          const label = active?.getAttribute('aria-label') ?? active?.labels?.[0]?.textContent ?? active?.textContent;
          return label?.trim().startsWith(wanted) ?? false;
        }, name);
        if (isThere) return;
      }
      throw new Error(`The key Tab does not reach "${name}".`);
    };
    expect(await count(page, 'box')).toBe(6);
    await focus('Boxes');
    await page.keyboard.press('Space');
    expect(await count(page, 'box')).toBe(0);
    await focus('Crops');
    await page.keyboard.press('Space');
    expect(await page.locator('#crops canvas').count()).toBe(0);
    await focus('Score above');
    await page.keyboard.press('End');
    await page.getByText(/^(No face|[12] faces?) found\.$/).waitFor();
    await page.keyboard.press('Home');
    await page.getByText('3 faces found.').waitFor();
    await focus('Photo with its faces');
    await page.keyboard.press('+');
    await page.getByText('125 %').waitFor();
    await page.keyboard.press('0');
    await page.getByText('100 %').waitFor();
    await page.keyboard.press('ArrowRight');
    await page.getByText(/^Face 1: \d+ \w+/).waitFor();
    await context.close();
  });

  it('saves what is switched on, and says which networks of one’s own these are', async () => {
    const { context, page } = await open('/drawn/');
    await choose(page);
    await page.getByText('3 faces found.').waitFor();
    await page.getByText('drawn-faces (MIT)').waitFor();
    await page.getByText('Key points').click();
    const saved = async (format: string) => {
      const download = page.waitForEvent('download');
      await page.getByRole('button', { name: `Save ${format}` }).click();
      const chunks: Buffer[] = [];
      for await (const chunk of await (await download).createReadStream()) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks);
    };
    const svg = (await saved('SVG')).toString();
    expect([svg.includes('class="box"'), svg.includes('class="keypoint"')]).toEqual([true, false]);
    expect(JSON.parse((await saved('JSON')).toString()).faces).toHaveLength(3);
    expect((await saved('PNG')).subarray(1, 4).toString()).toBe('PNG');
    await context.close();
  });
});

/// <reference lib="dom" />
// The page in a real browser: a scene dropped on it is drawn where the service says its points are, it speaks to no other
// host and logs no error, on a desktop and on a phone.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ResultJson } from '../../src/detector/result-to-json.js';
import { drawScene } from '../../src/drawn-faces/draw-scene.js';
import { encodeImage } from '../../src/node/images/image-codecs.js';
import { browserPath, hasBrowser, launchBrowser } from '../support/browser.js';

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
/** Where to leave screenshots for the README; nowhere by default. */
const screenshots = process.env.FACIAL_LMK_SCREENSHOTS;

/** Starts the service on a free port and waits for its address. */
function startServer(
  networks: string,
  env: NodeJS.ProcessEnv = {},
): Promise<{ server: ChildProcess; address: string }> {
  const server = spawn(process.execPath, [main, 'serve', '--networks', networks, '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  return new Promise((resolve, reject) => {
    server.once('exit', (code) => reject(new Error(`The server ended with ${code}.`)));
    server.stdout?.once('data', (line: Buffer) => resolve({ server, address: line.toString().trim() }));
  });
}

describe.skipIf(!hasBrowser)(`the page${hasBrowser ? '' : ` (skipped: no browser at ${browserPath})`}`, () => {
  let browser: Browser;
  let server: ChildProcess;
  let address: string;
  let png: Buffer;
  const profile = mkdtempSync(join(tmpdir(), 'facial-lmk-browser-'));

  beforeAll(async () => {
    const { image } = drawScene({ seed: 11, width: 900, height: 600, faces: 3, minSize: 90 });
    png = Buffer.from(await encodeImage(image, 'png'));
    ({ server, address } = await startServer('drawn-faces'));
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    const ended = new Promise((resolve) => server?.once('exit', resolve));
    server?.kill('SIGTERM');
    await ended;
    rmSync(profile, { recursive: true, force: true });
  });

  /** Opens the page and notes what it must not do. */
  async function open(
    viewport: { width: number; height: number },
    scheme: 'light' | 'dark' = 'light',
    hasTouch = false,
    origin = address,
  ) {
    const page = await browser.newPage({ viewport, colorScheme: scheme, hasTouch });
    const wrongs: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') wrongs.push(message.text());
    });
    page.on('pageerror', (error) => wrongs.push(error.message));
    page.on('request', (request) => {
      const url = request.url();
      if (!url.startsWith(origin) && !/^(data|blob):/.test(url)) wrongs.push(`request to ${url}`);
    });
    await page.goto(origin);
    return { page, wrongs };
  }

  /** Drops a file on the frame as a person would. */
  async function drop(page: Page, bytes: Buffer, name: string, type: string): Promise<void> {
    const transfer = await page.evaluateHandle(
      ([base64, fileName, fileType]) => {
        const data = new DataTransfer();
        const content = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
        data.items.add(new File([content], fileName, { type: fileType }));
        return data;
      },
      [bytes.toString('base64'), name, type],
    );
    await page.dispatchEvent('#stage', 'drop', { dataTransfer: transfer });
  }

  const report = async (): Promise<ResultJson> =>
    (
      await fetch(`${address}/v1/detect?subpixel=true`, { method: 'POST', body: new Uint8Array(png) })
    ).json() as Promise<ResultJson>;

  it.each([
    ['desktop', { width: 1280, height: 900 }, 'light'],
    ['phone', { width: 360, height: 780 }, 'dark'],
  ] as const)('%s: draws a dropped scene where the service says', async (_, viewport, scheme) => {
    const { page, wrongs } = await open(viewport, scheme);
    await drop(page, png, 'scene.png', 'image/png');
    await page.getByText('3 faces found.').waitFor();

    const { faces } = await report();
    const drawn = await page.$$eval('#overlay .face', (groups) =>
      groups.map((group) =>
        [...group.querySelectorAll('circle:not(.keypoint)')].map((c) => [
          Number(c.getAttribute('cx')),
          Number(c.getAttribute('cy')),
        ]),
      ),
    );
    expect(drawn).toHaveLength(faces.length);
    drawn.forEach((points, i) => {
      const rounded = faces[i].landmarks.map(([x, y]) => `${Math.round(x * 100) / 100},${Math.round(y * 100) / 100}`);
      expect(new Set(points.map(([x, y]) => `${x},${y}`))).toEqual(new Set(rounded));
    });
    // The overlay lies on the photo to the pixel, whatever its size on the screen.
    const [photo, overlay] = await Promise.all(['#photo', '#overlay svg'].map((s) => page.locator(s).boundingBox()));
    expect(overlay).toEqual(photo);
    expect(await page.locator('#crops canvas').count()).toBe(faces.length);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
    expect(wrongs).toEqual([]);
    await page.close();
  });

  it.each([
    ['desktop', { width: 1280, height: 900 }, 'light'],
    ['phone', { width: 360, height: 780 }, 'dark'],
  ] as const)(
    '%s: finds the face of its sample with the built-in networks, and names them',
    async (name, viewport, scheme) => {
      const own = await startServer('mediapipe');
      try {
        const { page, wrongs } = await open(viewport, scheme, false, own.address);
        await page.getByRole('button', { name: 'Try a sample' }).click();
        await page.getByText('1 face found.').waitFor();
        await page.getByText('mediapipe (Apache-2.0)').waitFor();
        if (screenshots) {
          await page.screenshot({ path: join(screenshots, `page-${name}.png`), fullPage: name === 'phone' });
        }
        expect(wrongs).toEqual([]);
        await page.close();
      } finally {
        const ended = new Promise((resolve) => own.server.once('exit', resolve));
        own.server.kill('SIGTERM');
        await ended;
      }
    },
  );

  it('finds the same faces in this browser as on this server, with threads, and remembers where', async () => {
    const { page, wrongs } = await open({ width: 1280, height: 900 });
    await page.getByRole('button', { name: 'Try a sample' }).click();
    await page.getByText('onnxruntime-node').waitFor();
    await page.getByText('in this browser', { exact: true }).click();
    await page.getByText('onnxruntime-web').waitFor();
    await page.getByText('1 face found.').waitFor();
    const [isolated, cores] = await page.evaluate(() => [crossOriginIsolated, navigator.hardwareConcurrency] as const);
    expect(isolated).toBe(true);
    const threads = Math.min(4, Math.ceil(cores / 2));
    await page.getByText(`wasm, ${threads} thread`).waitFor();
    await page.reload();
    expect(await page.getByRole('radio', { name: 'in this browser' }).isChecked()).toBe(true);
    expect(wrongs).toEqual([]);
    await page.close();
  });

  it('names the point under the pointer, and by the arrow keys', async () => {
    const { page, wrongs } = await open({ width: 1280, height: 900 });
    await drop(page, png, 'scene.png', 'image/png');
    await page.getByText('faces found.').waitFor();
    const box = await page.locator('#overlay circle.nose').last().boundingBox();
    await page.mouse.move((box?.x ?? 0) + (box?.width ?? 0) / 2, (box?.y ?? 0) + (box?.height ?? 0) / 2);
    await page.locator('#tip', { hasText: /^\d+ nose_/ }).waitFor();
    await page.locator('#stage').focus();
    await page.keyboard.press('ArrowRight');
    await page.getByText(/^Face \d+: \d+ \w+/).waitFor();
    await page.keyboard.press('Escape');
    expect(await page.locator('#tip').isHidden()).toBe(true);
    expect(wrongs).toEqual([]);
    await page.close();
  });

  it('names the point under a finger, inside a narrow page', async () => {
    const { page } = await open({ width: 360, height: 740 }, 'light', true);
    await drop(page, png, 'scene.png', 'image/png');
    await page.getByText('faces found.').waitFor();
    const tip = page.locator('#tip');
    for (const circle of await page.locator('#overlay circle.nose').all()) {
      await circle.scrollIntoViewIfNeeded();
      const point = await circle.boundingBox();
      await page.touchscreen.tap((point?.x ?? 0) + (point?.width ?? 0) / 2, (point?.y ?? 0) + (point?.height ?? 0) / 2);
      await tip.filter({ hasText: /^\d+ \w+/ }).waitFor();
      const box = await tip.boundingBox();
      expect(box?.x).toBeGreaterThanOrEqual(0);
      expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(360);
    }
    await page.close();
  });

  it('drops what comes too late: the picture and its faces belong together', async () => {
    const { page } = await open({ width: 1280, height: 900 });
    await page.route('**/sample.jpg', async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 600));
      await route.continue();
    });
    const late = page.waitForResponse('**/sample.jpg');
    await page.getByRole('button', { name: 'Try a sample' }).click();
    await drop(page, png, 'scene.png', 'image/png');
    await page.getByText('3 faces found.').waitFor();
    await (await late).finished();
    await page.waitForTimeout(200);
    expect(await page.locator('#photo').evaluate((photo: HTMLImageElement) => photo.naturalWidth)).toBe(900);
    await page.close();
  });

  it('finds faces also in what the browser cannot show', async () => {
    const { page } = await open({ width: 1280, height: 900 });
    await drop(page, await sharp(png).tiff().toBuffer(), 'scene.tif', 'image/tiff');
    await page.getByText('3 faces found. This browser cannot show the picture.').waitFor();
    expect(await page.locator('#save-json').isVisible()).toBe(true);
    expect(await page.locator('#save-png').isVisible()).toBe(false);
    await page.close();
  });

  it('says that the server does not answer', async () => {
    const { page } = await open({ width: 1280, height: 900 });
    await page.route('**/v1/detect*', (route) => route.abort());
    await drop(page, png, 'scene.png', 'image/png');
    await page.locator('#status.error', { hasText: 'The server does not answer.' }).waitFor();
    await page.close();
  });

  it('shows the token of its address, and says what is missing without', async () => {
    const guarded = await startServer('drawn-faces', { FACIAL_LMK_TOKEN: 'secret' });
    for (const [fragment, status] of [
      ['#token=secret', '3 faces found.'],
      ['', 'Expected the header "Authorization: Bearer <token>" with the token of this service.'],
    ]) {
      const page = await browser.newPage();
      await page.goto(`${guarded.address}/${fragment}`);
      await drop(page, png, 'scene.png', 'image/png');
      await page.locator('#status', { hasText: status }).waitFor();
      await page.close();
    }
    const ended = new Promise((resolve) => guarded.server.once('exit', resolve));
    guarded.server.kill('SIGTERM');
    await ended;
  });

  it('serves no page of another origin', async () => {
    const page = await browser.newPage();
    const other = createServer((_, answer) => answer.setHeader('Content-Type', 'text/html').end('another page'));
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    await page.goto(`http://127.0.0.1:${(other.address() as AddressInfo).port}`);
    const statuses = await page.evaluate(async (url) => {
      // The first is a form that a page may send anywhere without asking: only the service itself can refuse it.
      const forms: RequestInit[] = [{ mode: 'no-cors', body: new FormData() }, {}];
      const attempts = forms.map((form) => fetch(`${url}/v1/detect`, { method: 'POST', ...form }));
      return (await Promise.allSettled(attempts)).map(({ status }) => status);
    }, address);
    expect(statuses).toEqual(['rejected', 'rejected']);
    const metrics = await (await fetch(`${address}/metrics`)).text();
    expect(metrics).toMatch(/facial_lmk_requests_total\{route="\/v1\/detect",status="403"\} 2/);
    await page.close();
    other.close();
  });

  it('turns every camera off again', async () => {
    const { page } = await open({ width: 1280, height: 900 });
    await page.evaluate(() => {
      const media = navigator.mediaDevices;
      const ask = media.getUserMedia.bind(media);
      const tracks: MediaStreamTrack[] = [];
      Object.assign(globalThis, { tracks });
      media.getUserMedia = async (wish) => {
        const stream = await ask(wish);
        tracks.push(...stream.getTracks());
        return stream;
      };
    });
    for (let i = 0; i < 2; i++) await page.getByRole('button', { name: 'Use the camera' }).click();
    await page.getByRole('button', { name: 'Take the picture' }).waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    const states = () =>
      page.evaluate(() => (globalThis as unknown as { tracks: MediaStreamTrack[] }).tracks.map((t) => t.readyState));
    await expect.poll(states).toEqual(['ended', 'ended']);
    await page.close();
  });

  it('reaches every control by the keyboard, each with a name', async () => {
    const { page } = await open({ width: 1280, height: 900 });
    await drop(page, png, 'scene.png', 'image/png');
    await page.getByText('3 faces found.').waitFor();
    const names: string[] = [];
    for (let i = 0; i < 24; i++) {
      await page.keyboard.press('Tab');
      names.push(
        await page.evaluate(() => {
          const active = document.activeElement as HTMLInputElement | null;
          const label = active?.labels?.[0]?.textContent ?? active?.getAttribute('aria-label') ?? active?.textContent;
          return label?.trim() ?? '';
        }),
      );
    }
    for (const name of ['Choose a photo', 'Use the camera', 'Indices', 'Save JSON', 'Save PNG', 'Save SVG']) {
      expect(names).toContain(name);
    }
    await page.close();
  });

  it.each(['json', 'png', 'svg'])('saves %s', async (format) => {
    const { page, wrongs } = await open({ width: 1280, height: 900 });
    await drop(page, png, 'scene.png', 'image/png');
    await page.getByText('3 faces found.').waitFor();
    const download = page.waitForEvent('download');
    await page.locator(`#save-${format}`).click();
    expect((await download).suggestedFilename()).toBe(`faces.${format}`);
    expect(wrongs).toEqual([]);
    await page.close();
  });

  it('takes a picture from the camera', async () => {
    const { page } = await open({ width: 1280, height: 900 });
    await page.getByRole('button', { name: 'Use the camera' }).click();
    await page.getByRole('button', { name: 'Take the picture' }).click();
    await page.getByText('No face found.').waitFor();
    await page.close();
  });

  it('says what is wrong with a file that is no image, and goes on', async () => {
    const { page } = await open({ width: 1280, height: 900 });
    await drop(page, Buffer.from('no picture at all, only text'), 'a.jpg', 'image/jpeg');
    await page.locator('#status.error', { hasText: 'received text' }).waitFor();
    await drop(page, png, 'scene.png', 'image/png');
    await page.getByText('3 faces found.').waitFor();
    await page.close();
  });
});

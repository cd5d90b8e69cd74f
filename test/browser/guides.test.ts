/// <reference lib="dom" />
// What the guides say of pages, the page of the live camera, and the site itself, in a real browser.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Browser } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writtenPages } from '../../scripts/docs/pages.js';
import { SAMPLE_PICTURE } from '../../src/node/package-paths.js';
import { browserPath, hasBrowser, launchBrowser } from '../support/browser.js';
import { blocksOf, ROOT } from '../support/snippets.js';
import { type StaticServer, serveFolder } from '../support/static-server.js';

const snippets = writtenPages()
  .flatMap(({ pages }) => pages)
  .flatMap(({ source, markdown }) => blocksOf(markdown).map((block) => ({ source, ...block })))
  .filter(({ language }) => language === 'html');

describe.skipIf(!hasBrowser)(`in a browser${hasBrowser ? '' : ` (skipped: no browser at ${browserPath})`}`, () => {
  let browser: Browser;
  const folder = mkdtempSync(join(tmpdir(), 'facial-lmk-guides-'));

  beforeAll(async () => {
    // What the camera sees: the Mona Lisa, again and again.
    const film = join(folder, 'camera.mjpeg');
    const picture = await sharp(SAMPLE_PICTURE).resize(640, 480, { fit: 'contain' }).jpeg().toBuffer();
    writeFileSync(film, Buffer.concat(Array.from({ length: 30 }, () => picture)));
    browser = await launchBrowser([`--use-file-for-fake-video-capture=${film}`]);
  });
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(snippets)('$source, line $line, finds the face', async ({ code }) => {
    const pages = { '/': `<!doctype html>${code}`, '/photo.jpg': readFileSync(SAMPLE_PICTURE) };
    const server = await serveFolder(ROOT, { ...pages, '/favicon.ico': '' });
    const page = await browser.newPage();
    const wrong: string[] = [];
    page.on('pageerror', ({ message }) => wrong.push(message));
    try {
      // The package lies where the snippet says, whatever folder that is.
      await page.route('**/onnx-facial-lmk-detector/**', (route) =>
        route.continue({ url: route.request().url().replace('/onnx-facial-lmk-detector/', '/') }),
      );
      const said = page.waitForEvent(
        'console',
        (message) => message.type() === 'log' && / 1 |^1 /.test(message.text()),
      );
      await page.goto(`${server.origin}/`);
      expect((await said).text()).toMatch(/\d/);
      expect(wrong).toEqual([]);
    } finally {
      await page.close();
      await server.close();
    }
  });

  describe('the page of the live camera', () => {
    let server: ChildProcess;
    let address: string;

    beforeAll(async () => {
      const program = join(ROOT, 'examples/live-camera/serve.mjs');
      server = spawn(process.execPath, [program, '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
      [address] = (await once(createInterface({ input: server.stdout! }), 'line')) as [string];
    });
    afterAll(() => server.kill());

    it('draws over the face that the camera sees', async () => {
      const page = await browser.newPage();
      await page.goto(address);
      await page.waitForFunction(() => /^1 faces/.test(document.querySelector('#status')!.textContent!), undefined, {
        timeout: 60_000,
      });
      expect(await page.locator('#faces svg').count()).toBe(1);
      expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
      await page.close();
    });

    it('gives out nothing but the page and the library', async () => {
      const status = async (path: string) => (await fetch(`${address}${path}`)).status;
      expect(await Promise.all(['/package.json', '/dist/%2e%2e/package.json', '/nothing'].map(status))).toEqual([
        404, 404, 404,
      ]);
    });
  });

  describe('the site', () => {
    let server: StaticServer;
    const site = join(folder, 'site');

    beforeAll(async () => {
      execFileSync(process.execPath, ['--import', 'tsx', 'scripts/docs/build-site.ts', site], { cwd: ROOT });
      server = await serveFolder(site);
    }, 120_000);
    afterAll(() => server.close());

    const files = () => readdirSync(site).filter((file) => file.endsWith('.html'));

    it('asks for nothing elsewhere, misses nothing, and fits the width, on a phone and on a desk', async () => {
      const wrong: string[] = [];
      for (const width of [360, 1280]) {
        const page = await browser.newPage({ viewport: { width, height: 800 } });
        page.on('request', (request) => {
          if (!request.url().startsWith(server.origin)) wrong.push(`${page.url()} asks for ${request.url()}`);
        });
        page.on('response', (response) => {
          if (response.status() !== 200) wrong.push(`${response.url()}: ${response.status()}`);
        });
        page.on('console', (message) => wrong.push(`${page.url()}: ${message.text()}`));
        for (const file of files()) {
          await page.goto(`${server.origin}/${file}`);
          const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          if (overflow > 0) wrong.push(`${file} is ${overflow} pixels too wide at ${width}`);
        }
        await page.close();
      }
      expect(files().length).toBeGreaterThan(20);
      expect(wrong).toEqual([]);
    });

    it('has a target for every link', async () => {
      const page = await browser.newPage();
      const links: string[] = [];
      for (const file of files()) {
        await page.goto(`${server.origin}/${file}`);
        links.push(...(await page.evaluate(() => Array.from(document.links, (link) => link.href))));
      }
      await page.close();
      const own = [...new Set(links)].filter((link) => link.startsWith(server.origin)).map((link) => new URL(link));
      const isBroken = ({ pathname, hash }: URL) => {
        const file = join(site, pathname);
        try {
          return hash !== '' && hash !== '#content' && !readFileSync(file, 'utf8').includes(`id="${hash.slice(1)}"`);
        } catch {
          return true;
        }
      };
      expect(own.length).toBeGreaterThan(100);
      expect(own.filter(isBroken).map(String)).toEqual([]);
    });

    it('finds a heading', async () => {
      const page = await browser.newPage();
      await page.goto(`${server.origin}/index.html`);
      await page.fill('#search', 'camera');
      await page.press('#search', 'Enter');
      await page.waitForURL(/browser\.html#live-camera$/);
      await page.close();
    });
  });
});

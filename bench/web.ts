/// <reference lib="dom" />
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { browserPath, hasBrowser, launchBrowser } from '../test/support/browser.js';
import { PAINTING } from '../test/support/painted-camera.js';
import { serveFolder } from '../test/support/static-server.js';
import type { Bench } from './bench.js';

type Library = typeof import('../src/web/index.js');

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PAGE = `<!doctype html><img id="photo" src="/photo.jpg"><script type="module">
import * as library from '/dist/web/standalone/index.js';
Object.assign(globalThis, { library });
</script>`;

/** How late timers of the page's main thread are while faces are found: in the page itself, and in a worker. */
export const benchWeb: Bench = async ({ rounds }) => {
  if (!hasBrowser) return [{ title: `Page (skipped: no browser at ${browserPath})`, rows: [] }];
  const server = await serveFolder(ROOT, { '/': PAGE, '/photo.jpg': readFileSync(PAINTING) });
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage();
    await page.goto(`${server.origin}/`);
    await page.waitForFunction('globalThis.library');
    const measured = await page.evaluate(async (count) => {
      const { FacialLandmarkDetector, createWorkerDetector } = (globalThis as unknown as { library: Library }).library;
      const image = document.querySelector('#photo') as HTMLImageElement;
      await image.decode();
      const INTERVAL = 5;
      const results: { name: string; late: number[]; times: number[] }[] = [];
      const detectors = {
        'in the page': await FacialLandmarkDetector.load(),
        'in a worker': await createWorkerDetector(),
      };
      for (const [name, detector] of Object.entries(detectors)) {
        await detector.detect(image);
        const result = { name, late: [] as number[], times: [] as number[] };
        let due = performance.now() + INTERVAL;
        const timer = setInterval(() => {
          const now = performance.now();
          result.late.push(Math.max(0, now - due));
          due = now + INTERVAL;
        }, INTERVAL);
        for (let i = 0; i < count; i++) {
          const start = performance.now();
          await detector.detect(image);
          result.times.push(performance.now() - start);
        }
        clearInterval(timer);
        results.push(result);
        await detector.close();
      }
      return results;
    }, rounds);
    const quantile = (values: number[], q: number) =>
      values.toSorted((a, b) => a - b)[Math.round(q * (values.length - 1))];
    const described = measured.map(({ name, late, times }) => {
      const [median, worst] = [0.5, 0.99].map((q) => `${quantile(late, q).toFixed(1)} ms`);
      return `${name} ${quantile(times, 0.5).toFixed(0)} ms at the median, timers of the main thread late by ${median} at the median and ${worst} at the 99th percentile`;
    });
    return [
      { title: `Page: detect() of a painting in Chromium, ${rounds} times`, rows: [], note: described.join('; ') },
    ];
  } finally {
    await browser.close();
    await server.close();
  }
};

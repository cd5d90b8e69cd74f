/// <reference lib="dom" />
// The built pure entries in a real browser, under content security policies that forbid evaluating strings: they give what
// they give in Node, to the bit. The networks' outputs are recorded in Node, so that everything around them is what runs there.
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawScene } from '../../src/drawn-faces/draw-scene.js';
import { browserPath, hasBrowser, launchBrowser } from '../support/browser.js';
import { type ProgramInput, type ProgramResult, serialize } from '../support/pure-program.js';
import { modelBytes, recordNetworks } from '../support/recorded-networks.js';

const SCENE = { seed: 23, width: 1000, height: 700, faces: 4 };
const ADDRESS = 'http://page.test/';

/**
 * The built entries and the program that uses it as one script, which leaves the result in the page. It runs by itself, because
 * what a test evaluates in a page is exempt from its policy.
 */
async function bundle(input: ProgramInput): Promise<string> {
  const { outputFiles } = await build({
    stdin: {
      contents: `import * as library from './dist/index.js';
        import * as kernels from './dist/kernels-entry.js';
        import { runPureProgram } from './test/support/pure-program.ts';
        globalThis.result = runPureProgram({ ...library, ...kernels }, ${JSON.stringify(input)}).then(JSON.stringify);`,
      resolveDir: fileURLToPath(new URL('../..', import.meta.url)),
    },
    bundle: true,
    write: false,
    platform: 'browser',
    format: 'iife',
  });
  return outputFiles[0].text;
}

describe.skipIf(!hasBrowser)(`in a browser${hasBrowser ? '' : ` (skipped: none at ${browserPath})`}`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  it.each([
    { scripts: "'self' 'wasm-unsafe-eval'", kernels: 'wasm' },
    { scripts: "'self'", kernels: 'plain' },
  ])('gives the same bits under script-src $scripts, with $kernels kernels', async ({ scripts, kernels }) => {
    const { faces, recordings } = await recordNetworks(drawScene(SCENE).image);
    expect(faces).toHaveLength(SCENE.faces);
    const script = await bundle({ recordings, scene: SCENE, models: modelBytes() });
    const page = await browser.newPage();
    await page.route(`${ADDRESS}**`, (route) =>
      route.request().url() === ADDRESS
        ? route.fulfill({
            contentType: 'text/html',
            headers: { 'content-security-policy': `default-src 'none'; script-src ${scripts}` },
            body: '<!doctype html><script src="script.js"></script>',
          })
        : route.fulfill({ contentType: 'text/javascript', body: script }),
    );
    await page.goto(ADDRESS);
    const text = await page.evaluate(() => (globalThis as unknown as { result: Promise<string> }).result);
    const { faces: found, ...rest } = JSON.parse(text) as ProgramResult;
    expect(rest).toEqual({ unused: [], kernels, evaluates: false });
    expect(found === serialize(faces)).toBe(true);
    await page.close();
  });
});

/// <reference lib="dom" />
// The pure entry in a real browser: bundled without anything of Node, it gives what it gives in Node, to the bit. The
// networks' outputs are recorded in Node, so that everything around them is what runs in the browser.
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type ndarray from 'ndarray';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as library from '../../src/index.js';
import { builtInModels } from '../../src/node/models/model-files.js';
import { loadNetwork } from '../../src/node/runtime/load-network.js';
import type { Face, Network, NetworkInfo, Tensor } from '../../src/types.js';
import { browserPath, hasBrowser, launchBrowser } from '../support/browser.js';

const SCENE = { seed: 23, width: 1000, height: 700, faces: 4 };

interface Recording extends NetworkInfo {
  results: { data: number[]; shape: number[] }[];
}

/** The network, and what it said last. */
async function recorder(path: string): Promise<{ network: Network; recording: Recording; close(): Promise<void> }> {
  const { name, inputs, outputs, run, close } = await loadNetwork(path);
  const recording: Recording = { name, inputs, outputs, results: [] };
  const record = async (input: Tensor) => {
    const tensors = await run(input);
    recording.results = tensors.map(({ data, shape }) => ({ data: [...data], shape }));
    return tensors;
  };
  return { network: { name, inputs, outputs, run: record }, recording, close };
}

/** All of the faces as text, which crosses to the browser faster than objects do. Also runs there. */
const serialize = (faces: readonly Face[]) =>
  JSON.stringify(
    faces.map(({ crop, imageToCrop, cropToImage, ...face }) => ({
      ...face,
      crop: crop.data.join(),
      imageToCrop: [...imageToCrop.data],
      cropToImage: [...cropToImage.data],
    })),
  );

describe.skipIf(!hasBrowser)(`in a browser${hasBrowser ? '' : ` (skipped: none at ${browserPath})`}`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  it.each(['wasmKernels', 'plainKernels'] as const)('the pipeline gives the same bits, with %s', async (kernels) => {
    const { detector, landmarker } = builtInModels();
    const [scrfd, det106] = [await recorder(detector), await recorder(landmarker)];
    const networks = { detector: scrfd.network, landmarker: det106.network };
    const expected = serialize(await library.analyzeFaces(networks, library.drawScene(SCENE).image));
    await Promise.all([scrfd.close(), det106.close()]);
    expect(JSON.parse(expected)).toHaveLength(SCENE.faces);

    const { outputFiles } = await build({
      stdin: {
        contents: "export * from './index.ts'; export { default as ndarray } from 'ndarray';",
        resolveDir: fileURLToPath(new URL('../../src', import.meta.url)),
        loader: 'ts',
      },
      bundle: true,
      write: false,
      platform: 'browser',
      format: 'iife',
      globalName: 'library',
    });
    const page = await browser.newPage();
    await page.addScriptTag({ content: `${outputFiles[0].text}; globalThis.serialize = ${serialize}` });
    const faces = await page.evaluate(
      async ({ recordings, scene, name }) => {
        const { library: lib, serialize: toText } = globalThis as unknown as {
          library: typeof library & { ndarray: typeof ndarray };
          serialize: typeof serialize;
        };
        const replay = ({ results, ...info }: Recording): Network => ({
          ...info,
          run: async () => results.map(({ data, shape }) => lib.ndarray(new Float32Array(data), shape)),
        });
        const [detector, landmarker] = (JSON.parse(recordings) as Recording[]).map(replay);
        const chosen = name === 'wasmKernels' ? lib.wasmKernels() : lib.plainKernels;
        if (!chosen) throw new Error('no WebAssembly');
        const workspace = new lib.Workspace(chosen);
        return toText(await lib.analyzeFaces({ detector, landmarker }, lib.drawScene(scene).image, {}, workspace));
      },
      { recordings: JSON.stringify([scrfd.recording, det106.recording]), scene: SCENE, name: kernels },
    );
    expect(faces === expected).toBe(true);
    await page.close();
  });
});

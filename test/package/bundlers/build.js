// Bundles pool.js for Node, or page/ for browsers, with one bundler: node build.js esbuild|rollup|vite|webpack pool|page OUT
import { execSync } from 'node:child_process';
import { cpSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import commonjs from '@rollup/plugin-commonjs';
import nodeResolve from '@rollup/plugin-node-resolve';
import { rollup } from 'rollup';
import * as vite from 'vite';
import webpack from 'webpack';

const [, , bundler, what, target] = process.argv;
const outdir = resolve(target);

const LINES = readFileSync('guide.md', 'utf8').match(/^npx esbuild .*$/gm);

// Bundlers that do not look for threads get the thread as an entry of its own, beside the bundle.
const ENTRIES = { pool: './pool.js', 'pool-thread': 'onnx-facial-lmk-detector/worker' };

// Those that do not look for files in modules take the package's modules for pages as they are, from a copied folder.
const WEB = 'onnx-facial-lmk-detector/web';
const COPIED = './onnx-facial-lmk-detector/dist/web/standalone/index.js';
function copyPackage() {
  for (const folder of ['dist', 'models']) {
    const own = join('onnx-facial-lmk-detector', folder);
    cpSync(join('node_modules', own), join(outdir, own), { recursive: true });
  }
  cpSync('page/index.html', join(outdir, 'index.html'));
}

function runWebpack(config) {
  return new Promise((done, fail) => {
    webpack({ mode: 'production', ...config }, (error, stats) => {
      if (error || stats.hasErrors()) fail(error ?? new Error(stats.toString('errors-only')));
      else done();
    });
  });
}

const BUILD = {
  esbuild: {
    // By the lines of the guide.
    pool: () => execSync(LINES[0].replace(' app.js', ' pool.js').replace('=dist', `=${outdir}`)),
    page() {
      copyPackage();
      execSync(LINES[1].replace(' main.js', ' page/main.js').replace('=site', `=${outdir}`));
    },
  },
  rollup: {
    async pool() {
      const plugins = [nodeResolve({ exportConditions: ['node'], preferBuiltins: true }), commonjs()];
      const bundle = await rollup({ input: ENTRIES, plugins, logLevel: 'silent' });
      await bundle.write({ dir: outdir });
    },
    async page() {
      copyPackage();
      const bundle = await rollup({ input: 'page/main.js', external: [WEB] });
      await bundle.write({ dir: outdir, paths: { [WEB]: COPIED } });
    },
  },
  vite: {
    pool: () =>
      vite.build({
        build: { ssr: true, outDir: outdir, rollupOptions: { input: ENTRIES } },
        ssr: { noExternal: true },
        logLevel: 'error',
      }),
    page: () => vite.build({ root: 'page', build: { outDir: outdir }, logLevel: 'error' }),
  },
  webpack: {
    pool: () =>
      runWebpack({
        target: 'node20',
        entry: ENTRIES.pool,
        experiments: { outputModule: true },
        output: { path: outdir, filename: 'pool.js', module: true },
      }),
    async page() {
      cpSync('page/index.html', join(outdir, 'index.html'));
      await runWebpack({ entry: './page/main.js', output: { path: outdir, filename: 'main.js' } });
    },
  },
};

await BUILD[bundler][what]();

// The browser entry and its worker as two modules that import nothing, for pages without a bundler. They lie as deep as the
// modules whose addresses of runtime and networks they contain.
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

await build({
  entryPoints: { index: `${root}dist/web/index.js`, worker: `${root}dist/web/worker/worker.js` },
  outdir: `${root}dist/web/standalone`,
  absWorkingDir: root,
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  external: ['../../wasm-runtime/*'],
});

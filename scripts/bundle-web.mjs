// For pages without a bundler: the browser entry and its worker as two modules that import nothing, and the page of `serve` and
// `page`, which uses them. The two lie as deep as the
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

/** The page takes the library from beside itself, as any page does: it is not in the bundle a second time. */
const libraryBeside = {
  name: 'library-beside',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^\.\.\/web\/index\.js$/ }, () => ({ path: './lib/web/standalone/index.js', external: true })),
};

const page = { outdir: `${root}dist/site`, absWorkingDir: root, bundle: true, minify: true, target: 'es2022' };
await build({ ...page, entryPoints: [`${root}src/page/page.ts`], format: 'esm', plugins: [libraryBeside] });
await build({ ...page, entryPoints: [`${root}src/page/service-worker.ts`], format: 'iife' });

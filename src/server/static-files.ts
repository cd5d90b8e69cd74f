import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { Hono } from 'hono';
import { etag } from 'hono/etag';
import { PACKAGE_MODULES, SAMPLE_PICTURE } from '../node/package-paths.js';
import { once } from './once.js';

/** The page's own files, by address. */
const PAGE_FILES: Record<string, { file: string; type: string }> = {
  '/': { file: 'index.html', type: 'text/html; charset=utf-8' },
  '/page.css': { file: 'page.css', type: 'text/css; charset=utf-8' },
  '/page.js': { file: 'page.js', type: 'text/javascript; charset=utf-8' },
};

/** The library's pure modules that the page imports: the same code draws on the server and in the browser. */
const MODULES = [
  'check-options.js',
  'check-points.js',
  'describe.js',
  'errors.js',
  'face/box-around.js',
  'face/check-face.js',
  'landmark106/check-landmarks.js',
  'landmark106/groups.js',
  'landmark106/spec.js',
  'nearest-name.js',
  'ops/check-matrix.js',
  'ops/tensor.js',
  'options.js',
  'overlay/check-shape.js',
  'overlay/colors.js',
  'overlay/escape-xml.js',
  'overlay/overlay-shapes.js',
  'overlay/overlay-svg.js',
  'overlay/place-label.js',
  'types.js',
];

/** Serves a fixed list of files. No part of a request ever becomes part of a path. */
export function staticFiles(): Hono {
  const app = new Hono();
  // Browsers ask again each time; who has the file already is told so, in few bytes.
  app.use(etag());
  const serve = (address: string, file: URL, type: string) => {
    // One copy for all answers: any number of them may wait for slow readers.
    const read = once(() => readFile(file));
    app.get(address, async (context) =>
      context.body(await read(), 200, { 'content-type': type, 'cache-control': 'no-cache' }),
    );
  };
  for (const [address, { file, type }] of Object.entries(PAGE_FILES)) {
    serve(address, new URL(`./page/${file}`, import.meta.url), type);
  }
  serve('/sample.jpg', pathToFileURL(SAMPLE_PICTURE), 'image/jpeg');
  for (const module of MODULES) {
    serve(`/lib/${module}`, new URL(module, PACKAGE_MODULES), 'text/javascript; charset=utf-8');
  }
  return app;
}

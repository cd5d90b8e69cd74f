// A page that draws over what the camera sees. Nothing leaves the browser: the server only sends files.
//   node examples/live-camera/serve.mjs
import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const port = Number(process.argv[2] ?? 8090);
const here = dirname(fileURLToPath(import.meta.url));
const library = dirname(fileURLToPath(import.meta.resolve('onnx-facial-lmk-detector/package.json')));
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
};

/** The page, and of the package what a browser needs. */
function fileOf(path) {
  const clean = normalize(path);
  if (clean === '/') return join(here, 'index.html');
  if (clean === '/page.mjs') return join(here, 'page.mjs');
  return /^\/(dist|models)\//.test(clean) ? join(library, clean) : undefined;
}

const server = createServer((request, response) => {
  const file = fileOf(decodeURIComponent(new URL(request.url, 'http://localhost').pathname));
  if (!file || !statSync(file, { throwIfNoEntry: false })?.isFile()) return response.writeHead(404).end();
  response.writeHead(200, {
    'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
    // With these two a page may use threads.
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
  });
  createReadStream(file).pipe(response);
});
server.listen(port, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));

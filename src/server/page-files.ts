import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { InvalidOptionError } from '../errors.js';
import { PACKAGE_MODELS, PACKAGE_MODULES, SAMPLE_PICTURE } from '../node/package-paths.js';
import type { SiteSettings } from '../page/site-settings.js';
import { PAGE_POLICY, policyText } from './page-policy.js';

/** One file of the page. */
export interface PageFile {
  /** From the page's own address, with slashes. */
  path: string;
  type: string;
  read(): Promise<Uint8Array>;
}

/** Paths of the networks for the page, instead of the built-in ones. */
export interface PageNetworks {
  detector: string;
  landmarker: string;
  set: string;
  licence: string;
}

const TYPES: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  jpg: 'image/jpeg',
  js: 'text/javascript; charset=utf-8',
  mjs: 'text/javascript; charset=utf-8',
  png: 'image/png',
  svg: 'image/svg+xml',
  txt: 'text/plain; charset=utf-8',
  wasm: 'application/wasm',
  webmanifest: 'application/manifest+json',
};

const typeOf = (path: string) => TYPES[path.slice(path.lastIndexOf('.') + 1)] ?? 'application/octet-stream';

const fromDisk = (path: string, file: URL): PageFile => ({ path, type: typeOf(path), read: () => readFile(file) });
const ownFile = (path: string) => fromDisk(path, new URL(`site/${path}`, PACKAGE_MODULES));
/** The library's files keep the layout of the package, because its modules find runtime and networks relative to themselves. */
const libraryFile = (path: string) => fromDisk(`lib/${path}`, new URL(path, PACKAGE_MODULES));
const modelFile = (name: string) => fromDisk(`models/${name}`, new URL(name, pathToFileURL(PACKAGE_MODELS)));

const LIBRARY = [
  'web/standalone/index.js',
  'web/standalone/worker.js',
  'wasm-runtime/ort.wasm.min.mjs',
  'wasm-runtime/ort-wasm-simd-threaded.mjs',
  'wasm-runtime/ort-wasm-simd-threaded.wasm',
];
const BUILT_IN = ['face-detector-mediapipe.onnx', 'face-landmarker-mediapipe.onnx', 'LICENSE-APACHE-2.0.txt', 'NOTICE'];

const WEBGPU_SCRIPT = 'ort.webgpu.min.mjs';
const WEBGPU_WASM = 'ort-wasm-simd-threaded.asyncify.wasm';
const WEBGPU_FOLDER = 'lib/webgpu-runtime';

/** ONNX Runtime with WebGPU, of the package that the user has installed. @throws InvalidOptionError where it is not there */
function webgpuFiles(): PageFile[] {
  let wasm: string;
  try {
    wasm = createRequire(new URL('index.js', PACKAGE_MODULES)).resolve(`onnxruntime-web/${WEBGPU_WASM}`);
  } catch (cause) {
    throw new InvalidOptionError({
      name: 'webgpu',
      expected: 'the package onnxruntime-web, which has the runtime for graphics cards',
      received: 'none',
      hint: 'Install it: `npm install onnxruntime-web`.',
      cause,
    });
  }
  return [WEBGPU_SCRIPT, WEBGPU_WASM.replace('.wasm', '.mjs'), WEBGPU_WASM].map((name) => {
    const file = fromDisk(`${WEBGPU_FOLDER}/${name}`, new URL(name, pathToFileURL(wasm)));
    // Its licence stands at its head; the map that it names at its end is not taken along, and tools complain about that.
    return name.endsWith('.wasm') ? file : { ...file, read: async () => withoutMap(await file.read()) };
  });
}

const withoutMap = (script: Uint8Array) =>
  new TextEncoder().encode(new TextDecoder().decode(script).replace(/^\/\/# sourceMappingURL=.*\n?/m, ''));

function networkFiles(networks: PageNetworks | undefined): PageFile[] {
  if (!networks) return BUILT_IN.map(modelFile);
  return (['detector', 'landmarker'] as const).map((role) =>
    fromDisk(`models/${role}.onnx`, pathToFileURL(networks[role])),
  );
}

/** The page's HTML with its settings. */
function pageItself(settings: SiteSettings): PageFile {
  const page = ownFile('index.html');
  // Without `<` the text cannot end the script element.
  const json = JSON.stringify(settings).replaceAll('<', '\\u003c');
  const filled: Readonly<Record<string, string>> = {
    '<!-- policy -->': `<meta http-equiv="content-security-policy" content="${policyText(PAGE_POLICY)}">`,
    '<!-- site -->': `<script id="site" type="application/json">${json}</script>`,
  };
  return {
    ...page,
    async read() {
      let html = new TextDecoder().decode(await page.read());
      for (const [place, text] of Object.entries(filled)) html = html.replace(place, () => text);
      return new TextEncoder().encode(html);
    },
  };
}

/** What the page comes with. */
export interface PageContents {
  /** In place of the built-in ones. */
  networks?: PageNetworks | undefined;
  /** With ONNX Runtime for graphics cards, from the package onnxruntime-web. Default false. */
  webgpu?: boolean | undefined;
}

/**
 * All files of the page. They are the same in the service and on a static host.
 * @throws InvalidOptionError for `webgpu` without the package that it comes from
 */
export function pageFiles({ service, networks, webgpu }: PageContents & { service: boolean }): PageFile[] {
  return [
    pageItself({
      service,
      ...(webgpu && { webgpu: `./${WEBGPU_FOLDER}/${WEBGPU_SCRIPT}` }),
      ...(networks && {
        networks: { ...networks, detector: 'models/detector.onnx', landmarker: 'models/landmarker.onnx' },
      }),
    }),
    ...['page.css', 'page.js', 'manifest.webmanifest'].map(ownFile),
    ...['icon.svg', 'icon-192.png', 'icon-512.png'].map((name) => ownFile(`icons/${name}`)),
    fromDisk('sample.jpg', pathToFileURL(SAMPLE_PICTURE)),
    ...LIBRARY.map(libraryFile),
    ...(webgpu ? webgpuFiles() : []),
    ...networkFiles(networks),
  ];
}

/** The script of the static page's service worker, without its list of files. */
export const readServiceWorker = (): Promise<Uint8Array> => ownFile('service-worker.js').read();

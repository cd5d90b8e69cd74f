// The only module of the browser that imports an inference runtime.
import {
  type Check,
  type Checked,
  type ChecksOf,
  integerIn,
  oneOf,
  oneOrMore,
  optional,
  orElse,
  settings,
} from '../../check-options.js';
import { describe } from '../../describe.js';
import { InvalidOptionError } from '../../errors.js';
import { checkObject, checkText } from '../../options.js';
import type { OrtApi, OrtRuntime } from '../../runtime/ort-session.js';

export const WEB_DEVICES = ['wasm', 'webgpu'] as const;
/** `wasm` runs on the processor, `webgpu` on the graphics card. */
export type WebDevice = (typeof WEB_DEVICES)[number];

/** The parts of the module `onnxruntime-web`, or of `onnxruntime-web/webgpu`, that are used here. */
export interface WebOrtModule extends OrtApi {
  env: {
    logLevel?: unknown;
    versions: { web?: string | undefined };
    wasm: { numThreads?: number | undefined; wasmPaths?: unknown };
  };
}

export interface WebRuntimeOptions {
  /**
   * What runs the networks, or several in the order of preference. Default `wasm`. `webgpu` is taken only if it finds in a drawn
   * picture what the processor finds; where it cannot be had or is wrong that is an error, or in a list it is passed over, and
   * `detector.passedOver` says why.
   */
  device?: WebDevice | readonly WebDevice[] | undefined;
  /**
   * Threads of one run, on `wasm`. More than one needs a page that is cross-origin isolated (the headers COOP and COEP).
   * Default: half the cores, at most 4, where the page is isolated, else 1. `detector.runtime` says how many were given.
   */
  threads?: number | undefined;
  /**
   * The module `onnxruntime-web`, a function that imports it, or the address of its script, which begins with `/`, `./` or a
   * scheme. For the device `webgpu` its part `onnxruntime-web/webgpu`, the script `ort.webgpu.min.mjs`.
   * Default: the WebAssembly build that comes with this package, which runs on the processor alone.
   */
  runtime?: WebOrtModule | (() => Promise<WebOrtModule>) | string | URL | undefined;
  /** Where the runtime finds its own files: a folder, or the addresses of both. Default: beside the module. */
  wasmPaths?: string | { mjs?: string | undefined; wasm?: string | undefined } | undefined;
}

type Runtime = NonNullable<WebRuntimeOptions['runtime']>;
type WasmPaths = NonNullable<WebRuntimeOptions['wasmPaths']>;

/** The address of a runtime's script, complete: a worker has another base than its page. */
export const checkScript: Check<string> = (name, value) => {
  const address = value instanceof URL ? value.href : value;
  if (typeof address === 'string' && /^(\.{0,2}\/|[a-z][a-z\d+.-]*:)/i.test(address)) {
    if (URL.canParse(address, location.href)) return new URL(address, location.href).href;
  }
  const expected = 'an address that begins with "/", "./" or a scheme';
  throw new InvalidOptionError({ name, expected, received: describe(value) });
};

const checkRuntime: Check<Exclude<Runtime, URL>> = (name, value) => {
  if (typeof value === 'string' || value instanceof URL) return checkScript(name, value);
  return (typeof value === 'function' ? value : checkObject(name, value)) as WebOrtModule;
};

const checkBothPaths = settings({ mjs: optional(checkText), wasm: optional(checkText) });
const checkWasmPaths: Check<WasmPaths> = (name, value) =>
  typeof value === 'string' ? value : checkBothPaths(name, value);

/** What each option of the runtime must be. */
export const RUNTIME_OPTIONS = {
  device: orElse(['wasm'] as WebDevice[], oneOrMore(oneOf(WEB_DEVICES))),
  threads: optional(integerIn(1, 128)),
  runtime: optional(checkRuntime),
  wasmPaths: optional(checkWasmPaths),
} satisfies ChecksOf<WebRuntimeOptions>;
type RuntimeSettings = Checked<typeof RUNTIME_OPTIONS>;

/** Threads that the page may use, and how many of them are asked for. */
function threadCount(threads: number | undefined): number {
  if (!globalThis.crossOriginIsolated) return 1;
  return threads ?? Math.min(4, Math.ceil((navigator.hardwareConcurrency || 1) / 2));
}

async function importRuntime(runtime: RuntimeSettings['runtime']): Promise<WebOrtModule> {
  if (typeof runtime === 'string') return import(/* webpackIgnore: true */ /* @vite-ignore */ runtime);
  if (typeof runtime === 'function') return runtime();
  if (runtime !== undefined) return runtime;
  // @ts-expect-error the build puts this file beside the compiled modules
  return import('../../wasm-runtime/ort.wasm.min.mjs');
}

/** The shipped build finds its files by addresses that a bundler can see and copy. */
function ownPaths(): { mjs: string; wasm: string } {
  return {
    mjs: new URL('../../wasm-runtime/ort-wasm-simd-threaded.mjs', import.meta.url).href,
    wasm: new URL('../../wasm-runtime/ort-wasm-simd-threaded.wasm', import.meta.url).href,
  };
}

/**
 * Loads ONNX Runtime in a browser. Its settings belong to the page: whichever detector loads a build first decides how many
 * threads it has and where its files lie.
 *
 * @returns the runtime; `info.threads` says how many threads it really has
 * @throws InvalidOptionError, and what importing throws
 */
export async function loadWebRuntime({ threads, runtime, wasmPaths }: RuntimeSettings): Promise<OrtRuntime> {
  const api = await importRuntime(runtime);
  if (typeof api?.InferenceSession?.create !== 'function' || !api.env?.wasm) {
    throw new InvalidOptionError({
      name: 'runtime',
      expected: 'the module onnxruntime-web, or what imports it',
      received: describe(api),
    });
  }
  const { env } = api;
  env.wasm.numThreads ??= threadCount(threads);
  env.wasm.wasmPaths ??= wasmPaths ?? (runtime === undefined ? ownPaths() : undefined);
  const { numThreads } = env.wasm;
  return {
    info: { name: 'onnxruntime-web', version: env.versions?.web ?? 'unknown', provider: 'wasm', threads: numThreads },
    api,
  };
}

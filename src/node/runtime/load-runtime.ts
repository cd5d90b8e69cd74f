// The only module that imports an inference runtime.
import { readFile } from 'node:fs/promises';
import { reasonOf } from '../../as-error.js';
import { DeviceError } from '../../errors.js';
import type { OrtApi, OrtRuntime } from '../../runtime/ort-session.js';
import { PACKAGE_MODULES } from '../package-paths.js';
import { warnOnce } from '../warn-once.js';
import { DEVICES, type Device, noDevice } from './device.js';
import { disableTelemetry } from './disable-telemetry.js';

/** `auto`: native code where it can be loaded, else WebAssembly. */
export type RuntimeChoice = 'auto' | 'native' | 'wasm';
export const RUNTIME_CHOICES = ['auto', 'native', 'wasm'] as const satisfies readonly RuntimeChoice[];

const WASM_FOLDER = new URL('wasm-runtime/', PACKAGE_MODULES);

/** What onnxruntime-web has beside the interface that both runtimes share. */
interface WasmModule extends OrtApi {
  env: { logLevel: string; versions: { web: string }; wasm: { numThreads: number; wasmBinary?: ArrayBuffer } };
}

// Not written into the import: bundlers would try to pack the native code.
const NATIVE_PACKAGE = 'onnxruntime-node';

async function importNative() {
  disableTelemetry();
  return (await import(
    /* webpackIgnore: true */ /* @vite-ignore */ NATIVE_PACKAGE
  )) as typeof import('onnxruntime-node');
}

async function loadNative(device: Device): Promise<OrtRuntime> {
  const { InferenceSession, Tensor, env, listSupportedBackends } = await importNative();
  if (!listSupportedBackends().some(({ name }) => name === device)) {
    throw noDevice(device, `an onnxruntime-node for ${process.platform} ${process.arch}, which does not have it`);
  }
  const version = env.versions.node ?? env.versions.common;
  return {
    info: { name: 'onnxruntime-node', version, provider: device },
    api: { InferenceSession, Tensor } as unknown as OrtApi,
  };
}

/**
 * The devices that the native runtime of this machine was built for, which says nothing of drivers and libraries.
 * @throws what importing throws
 */
export async function nativeDevices(): Promise<Device[]> {
  const backends = (await importNative()).listSupportedBackends().map(({ name }) => name);
  return DEVICES.filter((device) => backends.includes(device));
}

/** The WebAssembly build that comes with this package. It runs in one thread: its own threads need a browser's workers. */
async function loadWasm(): Promise<OrtRuntime> {
  const api: WasmModule = await import(
    /* webpackIgnore: true */ /* @vite-ignore */ new URL('ort.wasm.min.mjs', WASM_FOLDER).href
  );
  if (api.env.wasm.wasmBinary === undefined) {
    const { buffer, byteOffset, byteLength } = await readFile(new URL('ort-wasm-simd-threaded.wasm', WASM_FOLDER));
    api.env.wasm.wasmBinary = buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
    api.env.wasm.numThreads = 1;
    api.env.logLevel = 'error';
  }
  return { info: { name: 'onnxruntime-web', version: api.env.versions.web, provider: 'wasm' }, api };
}

/**
 * Loads ONNX Runtime. Where the native package was not installed or cannot be loaded (Alpine Linux, a machine that it has no
 * build for, an install script that failed), `auto` takes WebAssembly and says so in a warning of the process. WebAssembly
 * runs on the processor alone.
 * @throws DeviceError for a device that the runtime does not have, and what importing throws when `native` is asked for
 */
export async function loadRuntime(choice: RuntimeChoice = 'auto', device: Device = 'cpu'): Promise<OrtRuntime> {
  if (choice === 'wasm') {
    if (device !== 'cpu') throw noDevice(device, 'the runtime "wasm", which runs on the processor alone');
    return loadWasm();
  }
  try {
    return await loadNative(device);
  } catch (cause) {
    if (cause instanceof DeviceError || choice === 'native') throw cause;
    if (device !== 'cpu') throw noDevice(device, `no onnxruntime-node that can be loaded (${reasonOf(cause)})`, cause);
    warnOnce({
      message:
        `onnxruntime-node cannot be loaded, so its WebAssembly build runs: right results, several times slower (${reasonOf(cause)}). ` +
        'On a machine that it has a build for, `ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node` mends it.',
      code: 'FACIAL_LMK_WASM_RUNTIME',
    });
    return loadWasm();
  }
}

import { reasonOf } from '../../as-error.js';
import { DeviceError, ModelFileError } from '../../errors.js';
import { floorPools } from '../../onnx/floor-pools.js';
import { networkFromSession, type OnnxNetwork } from '../../runtime/onnx-network.js';
import { openAdapted } from '../../runtime/open-adapted.js';
import { type OrtApi, type OrtRuntime, openOrtSession } from '../../runtime/ort-session.js';
import { Semaphore } from '../../runtime/semaphore.js';
import type { Session } from '../../runtime/session.js';
import { SCRFD } from '../../scrfd/spec.js';
import type { WebDevice } from './load-runtime.js';

const NEEDS_WEBGPU =
  'It needs a browser with WebGPU and a build of ONNX Runtime that has it: install onnxruntime-web and pass ' +
  "`runtime: () => import('onnxruntime-web/webgpu')`, or the address of its ort.webgpu.min.mjs.";

/**
 * One queue for each runtime module. A build with WebGPU suspends its WebAssembly while the card works. A second call that begins
 * meanwhile, of any session, would never end. The page has one instance of the module, so the queue belongs to the module.
 */
const turnsOf = new WeakMap<OrtApi, Semaphore>();

function turns(api: OrtApi): Semaphore {
  const own = turnsOf.get(api) ?? new Semaphore(1);
  turnsOf.set(api, own);
  return own;
}

/** Opens a session. Opening, running and closing it wait for their turn. */
async function openInTurn(runtime: OrtRuntime, model: Uint8Array, name: string, options: object): Promise<Session> {
  const inTurn = <T>(job: () => Promise<T>) => turns(runtime.api).run(1, job);
  const session = await inTurn(() => openOrtSession(runtime, model, name, options));
  return { ...session, infer: (feeds) => inTurn(() => session.infer(feeds)), close: () => inTurn(session.close) };
}

async function openSession(runtime: OrtRuntime, device: WebDevice, model: Uint8Array, name: string) {
  const { name: packageName, version } = runtime.info;
  const info = device === 'wasm' ? runtime.info : { name: packageName, version, provider: device };
  const options = { executionProviders: [device], graphOptimizationLevel: 'all', logSeverityLevel: 3 };
  try {
    return await openInTurn({ ...runtime, info }, model, name, options);
  } catch (error) {
    if (device === 'wasm' || !(error instanceof ModelFileError)) throw error;
    const received = `what ONNX Runtime cannot start (${reasonOf(error.cause)})`;
    throw new DeviceError({ name: 'device', expected: `"${device}"`, received, hint: NEEDS_WEBGPU, cause: error });
  }
}

/**
 * Opens a network on a device. The file is adapted to this library and to the device first.
 * @param name what messages call the network
 * @throws ModelFileError, ModelContractError, DeviceError
 */
export function openNetwork(
  runtime: OrtRuntime,
  device: WebDevice,
  bytes: Uint8Array,
  name: string,
): Promise<OnnxNetwork> {
  const open = async (model = bytes) => {
    const suited = device === 'webgpu' ? floorPools(model, SCRFD.sideMultiple) : undefined;
    return networkFromSession(await openSession(runtime, device, suited ?? model, name));
  };
  return openAdapted(bytes, open);
}

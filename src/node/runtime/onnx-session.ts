import { stat } from 'node:fs/promises';
import { reasonOf } from '../../as-error.js';
import { type Checked, type ChecksOf, checkOptions, integerIn, oneOf, optional, orElse } from '../../check-options.js';
import { describe } from '../../describe.js';
import { FileAccessError, InvalidOptionError, ModelFileError } from '../../errors.js';
import { checkObject, checkText } from '../../options.js';
import { openOrtSession } from '../../runtime/ort-session.js';
import { Semaphore } from '../../runtime/semaphore.js';
import type { Session } from '../../runtime/session.js';
import { readRegularFile } from '../files/read-regular-file.js';
import { modelReadError } from '../models/model-read-error.js';
import { checkDevice, type Device, noDevice } from './device.js';
import { loadRuntime, RUNTIME_CHOICES, type RuntimeChoice } from './load-runtime.js';

/** More than this many threads for one network take longer to start and to end than they could ever save. */
export const MAX_THREADS = 128;

export interface SessionOptions {
  /** Threads of one run, at most 128. Default: ONNX Runtime's choice, the physical cores. WebAssembly uses one. */
  threads?: number | undefined;
  /** What to call the model in messages when it comes as bytes. */
  name?: string | undefined;
  /** Which build of ONNX Runtime runs the model. Default `auto`: native code where it can be loaded, else WebAssembly. */
  runtime?: RuntimeChoice | undefined;
  /** What runs the model. Default `cpu`. Another one is not tested here, as `FacialLandmarkDetector.load` does. */
  device?: Device | undefined;
  /** What ONNX Runtime knows as the options of that execution provider, e.g. `{ deviceId: 1 }`. */
  deviceOptions?: DeviceOptions | undefined;
}

/** Options of an execution provider of ONNX Runtime, by name. */
export type DeviceOptions = Readonly<Record<string, unknown>>;

export const checkDeviceOptions = (name: string, value: unknown): DeviceOptions =>
  checkObject(name, value) as DeviceOptions;

/**
 * Everything else is as ONNX Runtime has it: other settings were measured, and none is faster (docs/performance.md).
 * @param provider ONNX Runtime's name of what runs the model
 */
function sessionOptions(
  { threads, deviceOptions }: Pick<SessionOptions, 'threads' | 'deviceOptions'>,
  provider: string,
): object {
  return {
    executionProviders: [{ ...deviceOptions, name: provider }],
    graphOptimizationLevel: 'all',
    // Errors only: warnings of the optimiser would land on the user's stderr.
    logSeverityLevel: 3,
    ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
    // Idle threads of one session would keep spinning and steal the cores from the other: twice the time for both.
    extra: { session: { force_spinning_stop: '1' } },
  };
}

/** Refuses what no network can be opened from. */
export function checkModelSource(name: string, value: unknown): string | Uint8Array {
  if (typeof value === 'string' || value instanceof Uint8Array) return value;
  throw new InvalidOptionError({ name, expected: 'the path or the bytes of an ONNX file', received: describe(value) });
}

const SESSION_OPTIONS = {
  threads: optional(integerIn(1, MAX_THREADS)),
  name: optional(checkText),
  runtime: orElse('auto', oneOf(RUNTIME_CHOICES)),
  device: orElse('cpu', checkDevice),
  deviceOptions: optional(checkDeviceOptions),
} satisfies ChecksOf<SessionOptions>;

/** Everything about opening a model, before anything is read. @throws InvalidOptionError */
export function checkSessionOptions(owner: string, source: unknown, options: unknown): Checked<typeof SESSION_OPTIONS> {
  checkModelSource('the model', source);
  return checkOptions(owner, options, SESSION_OPTIONS);
}

async function checkFile(path: string): Promise<void> {
  const info = await stat(path).catch((cause) => {
    throw modelReadError(path, cause);
  });
  if (!info.isFile()) {
    throw new ModelFileError({
      name: `the model ${path}`,
      expected: 'a file',
      received: info.isDirectory() ? 'a directory' : 'something that is not a regular file',
    });
  }
}

/** An ONNX file is one protobuf message, and no message is longer. */
const MOST_MODEL_BYTES = 2 ** 31 - 1;

function checkModelLength(received: number, path: string): void {
  if (received > MOST_MODEL_BYTES) refuseModel(path, `at most ${MOST_MODEL_BYTES} bytes`, `${received} or more`);
}

/** A message begins with the number of a field, and none has the number 0: what is no model need not be read. */
function checkModelStart([first]: Uint8Array, path: string): void {
  if (first >> 3 === 0) refuseModel(path, 'an ONNX network', `a file that begins with the byte ${first}`);
}

function refuseModel(path: string, expected: string, received: string): never {
  const hint = 'It may be of another format; `facial-lmk models verify` checks known files.';
  throw new ModelFileError({ name: `the model ${path}`, expected, received, hint });
}

/**
 * The bytes of a model file.
 * @throws ModelNotFoundError, ModelFileError
 */
export async function readModelFile(path: string): Promise<Uint8Array> {
  await checkFile(path);
  try {
    return await readRegularFile(path, {
      checkLength: (bytes) => checkModelLength(bytes, path),
      checkStart: (bytes) => checkModelStart(bytes, path),
    });
  } catch (error) {
    throw error instanceof FileAccessError && error.cause ? modelReadError(path, error.cause as Error) : error;
  }
}

/**
 * Opens an ONNX file, or its bytes.
 * @throws InvalidOptionError, ModelNotFoundError, ModelFileError, ModelContractError, DeviceError
 */
export async function openSession(source: string | Uint8Array, options: SessionOptions = {}): Promise<Session> {
  const settings = checkSessionOptions('openSession', source, options);
  const name = settings.name ?? (typeof source === 'string' ? source : `of ${source.byteLength} bytes`);
  if (typeof source === 'string') await checkFile(source);
  const { device } = settings;
  const runtime = await loadRuntime(settings.runtime, device);
  const { provider } = runtime.info;
  const readsFiles = provider !== 'wasm';
  const model = typeof source === 'string' && !readsFiles ? await readModelFile(source) : source;
  const session = await openOrtSession(runtime, model, name, sessionOptions(settings, provider)).catch((error) => {
    if (device === 'cpu' || !(error instanceof ModelFileError)) throw error;
    throw noDevice(device, `what ONNX Runtime cannot start (${reasonOf(error.cause)})`, error);
  });
  if (device === 'cpu') return session;
  // A card does one thing at a time anyway, and not every provider takes several runs at once.
  const turns = new Semaphore(1);
  return { ...session, infer: (feeds) => turns.run(1, () => session.infer(feeds)) };
}

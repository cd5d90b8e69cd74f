import { readFile, stat } from 'node:fs/promises';
import { ModelFileError } from '../../errors.js';
import { checkChoice, checkInteger } from '../../options.js';
import { openOrtSession } from '../../runtime/ort-session.js';
import type { Session } from '../../runtime/session.js';
import { modelReadError } from '../models/model-read-error.js';
import { loadRuntime, RUNTIME_CHOICES, type RuntimeChoice } from './load-runtime.js';

/** More than this many threads for one network take longer to start and to end than they could ever save. */
export const MAX_THREADS = 128;

export interface SessionOptions {
  /** Threads of one run, at most 128. Default: ONNX Runtime's choice, the physical cores. WebAssembly uses one. */
  threads?: number;
  /** What to call the model in messages when it comes as bytes. */
  name?: string;
  /** Which build of ONNX Runtime runs the model. Default `auto`: native code where it can be loaded, else WebAssembly. */
  runtime?: RuntimeChoice;
}

/** @param provider ONNX Runtime's name of what runs the model */
function sessionOptions({ threads }: SessionOptions, provider: string): object {
  return {
    executionProviders: [provider],
    graphOptimizationLevel: 'all',
    // Errors only: warnings of the optimiser would land on the user's stderr.
    logSeverityLevel: 3,
    ...(threads === undefined ? {} : { intraOpNumThreads: checkInteger('threads', threads, 1, MAX_THREADS) }),
    // Idle threads of one session would keep spinning and steal the cores from the other: twice the time for both.
    extra: { session: { force_spinning_stop: '1' } },
  };
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

/**
 * The bytes of a model file.
 * @throws ModelNotFoundError, ModelFileError
 */
export async function readModelFile(path: string): Promise<Uint8Array> {
  await checkFile(path);
  return readFile(path).catch((cause) => {
    throw modelReadError(path, cause);
  });
}

/**
 * Opens an ONNX file, or its bytes.
 * @throws ModelNotFoundError, ModelFileError, ModelContractError
 */
export async function openSession(source: string | Uint8Array, options: SessionOptions = {}): Promise<Session> {
  const name = options.name ?? (typeof source === 'string' ? source : `of ${source.byteLength} bytes`);
  const choice = checkChoice('runtime', options.runtime ?? 'auto', RUNTIME_CHOICES);
  if (typeof source === 'string') await checkFile(source);
  const runtime = await loadRuntime(choice);
  const { provider } = runtime.info;
  const readsFiles = provider === 'cpu';
  const model = typeof source === 'string' && !readsFiles ? await readModelFile(source) : source;
  return openOrtSession(runtime, model, name, sessionOptions(options, provider));
}

import { stat } from 'node:fs/promises';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { InferenceError, ModelContractError, ModelFileError } from '../../errors.js';
import { checkInteger } from '../../options.js';
import { InFlight } from '../../runtime/in-flight.js';
import type { Session, SessionData, SessionTensor } from '../../runtime/session.js';
import type { TensorInfo } from '../../types.js';
import { modelReadError } from '../models/model-read-error.js';
import { disableTelemetry } from './disable-telemetry.js';

/** More than this many threads for one network take longer to start and to end than they could ever save. */
export const MAX_THREADS = 128;

export interface SessionOptions {
  /** Threads of one run, at most 128. Default: ONNX Runtime's choice, the physical cores. */
  threads?: number;
  /** What to call the model in messages when it comes as bytes. */
  name?: string;
}

function runtimeOptions({ threads }: SessionOptions): InferenceSession.SessionOptions {
  return {
    executionProviders: ['cpu'],
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

async function createSession(source: string | Uint8Array, name: string, options: SessionOptions) {
  const config = runtimeOptions(options);
  disableTelemetry();
  if (typeof source === 'string') await checkFile(source);
  try {
    // Two calls, because the overloads take a path or bytes, not either.
    return await (typeof source === 'string'
      ? InferenceSession.create(source, config)
      : InferenceSession.create(source, config));
  } catch (cause) {
    throw new ModelFileError({
      name: `the model ${name}`,
      expected: 'an ONNX network',
      received: `something that ONNX Runtime refuses (${firstLine(cause)})`,
      hint: 'It may be truncated or of another format; `facial-lmk models verify` checks known files.',
      cause,
    });
  }
}

const firstLine = (error: unknown) => (error as Error).message.split('\n')[0];

function tensorInfo(name: string, metadata: readonly InferenceSession.ValueMetadata[]): TensorInfo[] {
  return metadata.map((value) => {
    if (!value.isTensor) {
      throw new ModelContractError({
        name: `the model ${name}`,
        expected: 'tensors only',
        received: `${value.name}, which is none`,
      });
    }
    return { name: value.name, type: value.type, shape: value.shape };
  });
}

/**
 * Opens an ONNX file, or its bytes.
 * @throws ModelNotFoundError, ModelFileError, ModelContractError
 */
export async function openSession(source: string | Uint8Array, options: SessionOptions = {}): Promise<Session> {
  const name = options.name ?? (typeof source === 'string' ? source : `of ${source.byteLength} bytes`);
  const session = await createSession(source, name, options);
  const outputs = tensorInfo(name, session.outputMetadata);
  const runs = new InFlight(name);

  async function infer(feeds: Readonly<Record<string, SessionTensor>>): Promise<SessionTensor[]> {
    const entries = Object.entries(feeds);
    try {
      const tensors = entries.map(([key, { type, data, dims }]) => [
        key,
        new Tensor(type as Tensor.Type, data as Tensor.DataType, dims),
      ]);
      const results = await session.run(Object.fromEntries(tensors));
      return outputs.map((output) => {
        const { type, data, dims } = results[output.name];
        return { type, data: data as SessionData, dims };
      });
    } catch (cause) {
      throw new InferenceError({
        name: `a run of ${name}`,
        expected: 'inputs that the network can take',
        received: `${entries.map(([key, { dims }]) => `${key} [${dims}]`).join(', ')} (${firstLine(cause)})`,
        cause,
      });
    }
  }

  return {
    name,
    inputs: tensorInfo(name, session.inputMetadata),
    outputs,
    run: (feeds) => runs.run(() => infer(feeds)),
    close: () => runs.close(() => session.release()),
  };
}

import { stat } from 'node:fs/promises';
import ndarray from 'ndarray';
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { ClosedError, InferenceError, ModelContractError, ModelFileError, ModelNotFoundError } from '../errors.js';
import { tensorValues } from '../ops/tensor.js';
import { checkInteger } from '../options.js';
import type { Network, Tensor, TensorInfo } from '../types.js';

export interface OnnxNetworkOptions {
  /** Threads of one run. Default: ONNX Runtime's choice, the physical cores. */
  threads?: number;
  /** What to call the network in messages when it comes as bytes. */
  name?: string;
}

/** A network that onnxruntime-node runs on the CPU. */
export interface OnnxNetwork extends Network {
  /** Waits for running inferences, then frees the session. Later runs are refused; closing twice is fine. */
  close(): Promise<void>;
}

function sessionOptions({ threads }: OnnxNetworkOptions): InferenceSession.SessionOptions {
  return {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'all',
    // Errors only: warnings of the optimiser would land on the user's stderr.
    logSeverityLevel: 3,
    ...(threads === undefined ? {} : { intraOpNumThreads: checkInteger('threads', threads, 1, 1024) }),
    // Idle threads of one session would keep spinning and steal the cores from the other: twice the time for both.
    extra: { session: { force_spinning_stop: '1' } },
  };
}

async function createSession(source: string | Uint8Array, name: string, options: OnnxNetworkOptions) {
  const config = sessionOptions(options);
  if (typeof source === 'string') await checkFile(source);
  try {
    return await (typeof source === 'string'
      ? InferenceSession.create(source, config)
      : InferenceSession.create(source, config));
  } catch (cause) {
    throw new ModelFileError({
      name: `the model ${name}`,
      expected: 'an ONNX network',
      received: `a file that ONNX Runtime refuses (${(cause as Error).message.split('\n')[0]})`,
      hint: 'It may be truncated or of another format; `facial-lmk models verify` checks known files.',
      cause,
    });
  }
}

async function checkFile(path: string): Promise<void> {
  const info = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    throw new ModelNotFoundError({
      name: 'the model',
      expected: 'an ONNX file that can be read',
      received: `${path} (${cause.code ?? cause.message})`,
      hint: '`facial-lmk models fetch` downloads the networks, `facial-lmk models list` shows where they are looked for.',
      cause,
    });
  });
  if (!info.isFile()) {
    throw new ModelFileError({
      name: `the model ${path}`,
      expected: 'a file',
      received: info.isDirectory() ? 'a directory' : 'something that is not a regular file',
    });
  }
}

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

/** Opens an ONNX file, or its bytes, with onnxruntime-node. */
export async function loadNetwork(source: string | Uint8Array, options: OnnxNetworkOptions = {}): Promise<OnnxNetwork> {
  const name = options.name ?? (typeof source === 'string' ? source : `${source.byteLength} bytes`);
  const session = await createSession(source, name, options);
  const inputs = tensorInfo(name, session.inputMetadata);
  const outputs = tensorInfo(name, session.outputMetadata);
  const running = new Set<Promise<unknown>>();
  let closing: Promise<void> | undefined;

  async function infer(input: Tensor): Promise<Tensor[]> {
    const feeds = { [inputs[0].name]: new OrtTensor('float32', tensorValues(input), input.shape) };
    const results = await session.run(feeds).catch((cause: Error) => {
      throw new InferenceError({
        name: `a run of ${name}`,
        expected: 'an input that the network can take',
        received: `[${input.shape}] (${cause.message.split('\n')[0]})`,
        cause,
      });
    });
    return outputs.map((output) => {
      const { data, dims } = results[output.name];
      if (!(data instanceof Float32Array)) {
        throw new ModelContractError({
          name: `output ${output.name} of ${name}`,
          expected: 'float32',
          received: output.type,
        });
      }
      return ndarray(data, [...dims]);
    });
  }

  return {
    name,
    inputs,
    outputs,
    run(input) {
      if (closing)
        return Promise.reject(new ClosedError({ name, expected: 'an open network', received: 'a run after close()' }));
      const run = infer(input);
      running.add(run);
      const done = () => running.delete(run);
      run.then(done, done);
      return run;
    },
    close() {
      closing ??= Promise.allSettled(running).then(() => session.release());
      return closing;
    },
  };
}

import { reasonOf } from '../as-error.js';
import { InferenceError, ModelContractError, ModelFileError } from '../errors.js';
import type { TensorInfo } from '../types.js';
import { InFlight } from './in-flight.js';
import type { RuntimeInfo, Session, SessionData, SessionTensor } from './session.js';

interface OrtTensor {
  readonly type: string;
  readonly data: unknown;
  readonly dims: readonly number[];
}

type OrtValueMetadata =
  | { readonly name: string; readonly isTensor: false }
  | {
      readonly name: string;
      readonly isTensor: true;
      readonly type: string;
      readonly shape: readonly (number | string)[];
    };

interface OrtInferenceSession {
  readonly inputMetadata: readonly OrtValueMetadata[];
  readonly outputMetadata: readonly OrtValueMetadata[];
  run(feeds: Record<string, OrtTensor>): Promise<Readonly<Record<string, OrtTensor>>>;
  release(): Promise<void>;
}

/** The part of ONNX Runtime's JavaScript interface that is used here: onnxruntime-node and onnxruntime-web both have it. */
export interface OrtApi {
  InferenceSession: { create(source: string | Uint8Array, options: object): Promise<OrtInferenceSession> };
  Tensor: new (type: string, data: SessionData, dims: readonly number[]) => OrtTensor;
}

/** An ONNX Runtime that has been loaded. */
export interface OrtRuntime {
  info: RuntimeInfo;
  api: OrtApi;
}

function tensorInfo(model: string, metadata: readonly OrtValueMetadata[]): TensorInfo[] {
  return metadata.map((value) => {
    if (!value.isTensor) {
      throw new ModelContractError({
        name: `the model ${model}`,
        expected: 'tensors only',
        received: `${value.name}, which is none`,
      });
    }
    return { name: value.name, type: value.type, shape: value.shape };
  });
}

/**
 * Opens a model with a loaded runtime.
 *
 * @param source the model's bytes, or a path where the runtime reads files
 * @param name what messages call the model
 * @param options the runtime's own session options
 * @throws ModelFileError, ModelContractError
 */
export async function openOrtSession(
  { api, info }: OrtRuntime,
  source: string | Uint8Array,
  name: string,
  options: object,
): Promise<Session> {
  const session = await api.InferenceSession.create(source, options).catch((cause) => {
    throw new ModelFileError({
      name: `the model ${name}`,
      expected: 'an ONNX network',
      received: `something that ONNX Runtime refuses (${reasonOf(cause)})`,
      hint: 'It may be truncated or of another format; `facial-lmk models verify` checks known files.',
      cause,
    });
  });
  try {
    return wrapSession(session, api, info, name);
  } catch (error) {
    await session.release();
    throw error;
  }
}

function wrapSession(session: OrtInferenceSession, api: OrtApi, runtime: RuntimeInfo, name: string): Session {
  const inputs = tensorInfo(name, session.inputMetadata);
  const outputs = tensorInfo(name, session.outputMetadata);
  const calls = new InFlight(name);

  async function infer(feeds: Readonly<Record<string, SessionTensor>>): Promise<SessionTensor[]> {
    const entries = Object.entries(feeds);
    try {
      const tensors = entries.map(([key, { type, data, dims }]) => [key, new api.Tensor(type, data, dims)]);
      const results = await session.run(Object.fromEntries(tensors));
      return outputs.map((output) => {
        const { type, data, dims } = results[output.name];
        return { type, data: data as SessionData, dims };
      });
    } catch (cause) {
      throw new InferenceError({
        name: `a run of ${name}`,
        expected: 'inputs that the network can take',
        received: `${entries.map(([key, { dims }]) => `${key} [${dims}]`).join(', ')} (${reasonOf(cause)})`,
        cause,
      });
    }
  }

  return {
    name,
    runtime,
    inputs,
    outputs,
    infer: (feeds) => calls.admit(() => infer(feeds)),
    close: () => calls.close(() => session.release()),
  };
}

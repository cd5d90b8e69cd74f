import type { TensorInfo } from '../types.js';

/** Values of a tensor, flat and row-major. */
export type SessionData =
  | Float32Array
  | Float64Array
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | string[];

/** A tensor of any element type as it enters or leaves a session. `type` is ONNX Runtime's name of the element type. */
export interface SessionTensor {
  type: string;
  data: SessionData;
  dims: readonly number[];
}

/** Which ONNX Runtime runs a model, and on what. */
export interface RuntimeInfo {
  /** The npm package, e.g. `onnxruntime-node`. */
  readonly name: string;
  readonly version: string;
  /** ONNX Runtime's name of the execution provider, e.g. `cpu`. */
  readonly provider: string;
  /** Threads of one run, where the runtime says. */
  readonly threads?: number | undefined;
}

/** An ONNX model that some runtime has opened: all that the rest of the library knows of a runtime. */
export interface Session {
  readonly name: string;
  readonly runtime: RuntimeInfo;
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  /** Runs the model; outputs in the order of {@link outputs}. */
  infer(feeds: Readonly<Record<string, SessionTensor>>): Promise<SessionTensor[]>;
  /** Waits for running inferences, then frees the session. Later runs are refused; closing twice is fine. */
  close(): Promise<void>;
}

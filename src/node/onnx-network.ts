import ndarray from 'ndarray';
import { ModelContractError } from '../errors.js';
import { tensorValues } from '../ops/tensor.js';
import type { Network } from '../types.js';
import { openSession, type SessionOptions } from './onnx-session.js';

/** A {@link Network} that onnxruntime-node runs. */
export interface OnnxNetwork extends Network {
  /** Waits for running inferences, then frees the session. Later runs are refused; closing twice is fine. */
  close(): Promise<void>;
}

/**
 * Opens an ONNX file, or its bytes, as a network with one float32 input and float32 outputs.
 * @throws ModelNotFoundError, ModelFileError, ModelContractError
 */
export async function loadNetwork(source: string | Uint8Array, options: SessionOptions = {}): Promise<OnnxNetwork> {
  const session = await openSession(source, options);
  const { name, inputs, outputs } = session;
  return {
    name,
    inputs,
    outputs,
    async run(input) {
      const feed = { type: 'float32' as const, data: tensorValues(input), dims: input.shape };
      const results = await session.run({ [inputs[0].name]: feed });
      return results.map(({ type, data, dims }, i) => {
        if (!(data instanceof Float32Array)) {
          throw new ModelContractError({
            name: `output ${outputs[i].name} of ${name}`,
            expected: 'float32',
            received: type,
          });
        }
        return ndarray(data, [...dims]);
      });
    },
    close: session.close,
  };
}

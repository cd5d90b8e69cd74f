/// <reference lib="esnext.disposable" preserve="true" />
import { ModelContractError } from '../errors.js';
import { tensor, tensorValues } from '../tensor.js';
import type { Network } from '../types.js';
import type { RuntimeInfo, Session } from './session.js';

/** A {@link Network} that an ONNX runtime holds open. */
export interface OnnxNetwork extends Network, AsyncDisposable {
  readonly runtime: RuntimeInfo;
  /** Waits for running inferences, then frees the session. Later runs are refused; closing twice is fine. */
  close(): Promise<void>;
}

/** A session as a network with one float32 input and float32 outputs. Closing the network closes the session. */
export function networkFromSession(session: Session): OnnxNetwork {
  const { name, runtime, inputs, outputs } = session;
  return {
    name,
    runtime,
    inputs,
    outputs,
    async infer(input) {
      const feed = { type: 'float32', data: tensorValues(input), dims: input.shape };
      const results = await session.infer({ [inputs[0].name]: feed });
      return results.map(({ type, data, dims }, i) => {
        if (!(data instanceof Float32Array)) {
          throw new ModelContractError({
            name: `output ${outputs[i].name} of ${name}`,
            expected: 'float32',
            received: type,
          });
        }
        return tensor(data, dims);
      });
    },
    close: session.close,
    [Symbol.asyncDispose]: session.close,
  };
}

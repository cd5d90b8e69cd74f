import { ModelContractError } from '../errors.js';
import { tensor, tensorValues } from '../tensor.js';
import type { NetworkInfo, Tensor } from '../types.js';
import type { OnnxNetwork } from './onnx-network.js';

/** Most images in one run. Each input takes 4.9 MB. */
const MOST = 8;

interface Waiting {
  input: Tensor;
  resolve(outputs: Tensor[]): void;
  reject(error: unknown): void;
}

const isFree = (dimension: number | string | undefined) =>
  typeof dimension === 'string' || (dimension !== undefined && dimension < 0);

/** Whether a detector leaves the number of images open: in its input, and in the first of three axes of every output. */
export const takesBatches = ({ inputs, outputs }: NetworkInfo): boolean =>
  isFree(inputs[0].shape[0]) && outputs.every(({ shape }) => shape.length === 3 && isFree(shape[0]));

/** Several inputs of the same size as one. */
function join(inputs: readonly Tensor[]): Tensor {
  const [{ shape }] = inputs;
  const data = new Float32Array(inputs.reduce((sum, input) => sum + input.data.length, 0));
  let at = 0;
  for (const input of inputs) {
    data.set(tensorValues(input), at);
    at += input.data.length;
  }
  return tensor(data, [inputs.length * shape[0], ...shape.slice(1)]);
}

/** The outputs of one image of a run of several. */
function part(network: NetworkInfo, outputs: readonly Tensor[], image: number, images: number): Tensor[] {
  return outputs.map((output, i) => {
    const [batch, ...shape] = output.shape;
    if (batch !== images) {
      throw new ModelContractError({
        name: `output ${network.outputs[i].name} of ${network.name}`,
        expected: `results of ${images} images`,
        received: `[${output.shape}]`,
      });
    }
    const length = output.data.length / images;
    return tensor(tensorValues(output).slice(image * length, (image + 1) * length), [1, ...shape]);
  });
}

/**
 * A detector that runs all images that wait for it at once, if its network leaves their number open. For graphics cards, which
 * take little longer for several images than for one. An image never waits for others to come.
 *
 * @param network whose inputs hold one image each
 */
export function inBatches(network: OnnxNetwork): OnnxNetwork {
  if (!takesBatches(network)) return network;
  const waiting: Waiting[] = [];
  let isRunning = false;

  /** The first that waits, and others of its size. */
  function take(): Waiting[] {
    const [{ input }] = waiting;
    const taken = waiting.filter((other) => other.input.shape.join() === input.shape.join()).slice(0, MOST);
    for (const one of taken) waiting.splice(waiting.indexOf(one), 1);
    return taken;
  }

  async function runOne({ input, resolve, reject }: Waiting): Promise<void> {
    await network.infer(input).then(resolve, reject);
  }

  async function run(taken: Waiting[]): Promise<void> {
    if (taken.length === 1) return runOne(taken[0]);
    try {
      const outputs = await network.infer(join(taken.map(({ input }) => input)));
      const parts = taken.map((_, i) => part(network, outputs, i, taken.length));
      taken.forEach(({ resolve }, i) => {
        resolve(parts[i]);
      });
    } catch {
      // A card may have no room for all of them, and one image must not fail for another.
      for (const one of taken) await runOne(one);
    }
  }

  async function runAll(): Promise<void> {
    if (isRunning) return;
    isRunning = true;
    while (waiting.length > 0) await run(take());
    isRunning = false;
  }

  const infer = (input: Tensor) =>
    new Promise<Tensor[]>((resolve, reject) => {
      waiting.push({ input, resolve, reject });
      runAll();
    });
  return { ...network, infer };
}

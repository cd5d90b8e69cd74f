import { describe } from '../describe.js';
import { InvalidOptionError } from '../errors.js';
import { checkKernels } from '../kernels/check-kernels.js';
import { defaultKernels } from '../kernels/default-kernels.js';
import type { Kernels } from '../kernels/kernels.js';
import { checkFunction, checkInteger } from '../options.js';

/** Refuses anything but a workspace. */
export function checkWorkspace(name: string, value: unknown): Workspace {
  if (value instanceof Workspace) return value;
  throw new InvalidOptionError({ name, expected: 'a Workspace', received: describe(value) });
}

/** Idle buffers that are kept: one for each network of a call, for two calls that overlap. */
const MAX_IDLE = 4;
/** Floats of the largest buffer that is lent: 4 GB. */
const MAX_LENT = 2 ** 30;
/** Floats of the largest buffer that is kept, a batch of faces: 16 MB. */
const MAX_KEPT = 4 * 2 ** 20;

/**
 * The kernels and the buffers for network inputs, which the calls of one pipeline share so that they are made only once. A detector
 * input takes 4.9 MB.
 *
 * Calls may overlap: each has its own buffers while its networks run. Results never share memory with the buffers.
 */
export class Workspace {
  readonly kernels: Kernels;
  /** Shortest first. */
  readonly #idle: Float32Array[] = [];

  /** @throws InvalidOptionError */
  constructor(kernels: Kernels = defaultKernels()) {
    this.kernels = checkKernels('kernels', kernels);
  }

  /** Lends `length` floats with undefined contents until `job` has ended. */
  async lend<T>(length: number, job: (buffer: Float32Array) => Promise<T>): Promise<T> {
    checkInteger('length', length, 0, MAX_LENT);
    checkFunction('job', job);
    const fitting = this.#idle.findIndex((idle) => idle.length >= length);
    const buffer = fitting < 0 ? new Float32Array(length) : this.#idle.splice(fitting, 1)[0];
    try {
      return await job(buffer.subarray(0, length));
    } finally {
      this.#keep(buffer);
    }
  }

  #keep(buffer: Float32Array): void {
    // The buffer is empty when the network has transferred its input to another thread.
    if (buffer.length === 0 || buffer.length > MAX_KEPT) return;
    this.#idle.push(buffer);
    this.#idle.sort((a, b) => a.length - b.length);
    if (this.#idle.length > MAX_IDLE) this.#idle.shift();
  }
}

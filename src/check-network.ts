import { describe } from './describe.js';
import { InvalidOptionError } from './errors.js';
import type { Network, NetworkInfo, TensorInfo } from './types.js';

function isTensorInfo(value: unknown): value is TensorInfo {
  const { name, type, shape } = (value ?? {}) as Partial<TensorInfo>;
  const isSide = (side: unknown) => typeof side === 'number' || typeof side === 'string';
  return typeof name === 'string' && typeof type === 'string' && Array.isArray(shape) && shape.every(isSide);
}

/** Whether a value describes a network: a name, at least one input, outputs. */
function isNetworkInfo(value: unknown): value is NetworkInfo {
  const { name, inputs, outputs } = (value ?? {}) as Partial<NetworkInfo>;
  return (
    typeof name === 'string' &&
    [inputs, outputs].every((infos) => Array.isArray(infos) && Array.from(infos).every(isTensorInfo)) &&
    (inputs as readonly TensorInfo[]).length > 0
  );
}

function refuse(name: string, expected: string, value: unknown): never {
  throw new InvalidOptionError({
    name,
    expected,
    received: describe(value),
    hint: 'loadNetwork opens one.',
  });
}

/** Refuses anything but a description of a network. */
export function checkNetworkInfo(name: string, value: unknown): NetworkInfo {
  return isNetworkInfo(value) ? value : refuse(name, 'a network { name, inputs, outputs }', value);
}

/** Refuses anything but a network that can run. */
export function checkNetwork(name: string, value: unknown): Network {
  if (isNetworkInfo(value) && typeof (value as Partial<Network>).infer === 'function') return value as Network;
  return refuse(name, 'a network { name, inputs, outputs, infer }', value);
}

import type { NetworkInfo } from '../types.js';
import { YUNET } from './spec.js';

const NAMES = Object.keys(YUNET.outputs).flatMap((kind) => YUNET.strides.map((stride) => `${kind}_${stride}`));

/** Whether a network has YuNet's outputs. They have the same names in all exports. */
export function isYunet({ inputs, outputs }: NetworkInfo): boolean {
  const names = outputs.map(({ name }) => name);
  return inputs.length === 1 && names.length === NAMES.length && NAMES.every((name) => names.includes(name));
}

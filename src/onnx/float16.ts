const bits = new Uint32Array(1);
const number = new Float32Array(bits.buffer);

/** The value of a 16-bit float (IEEE 754 binary16). */
export function fromFloat16(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** The bits of the 16-bit float that has exactly this value, or undefined where there is none. */
export function toFloat16(value: number): number | undefined {
  number[0] = value;
  if (number[0] !== value) return undefined;
  const sign = (bits[0] >>> 16) & 0x8000;
  const magnitude = Math.abs(value);
  // Below 2^-14 all steps are 2^-24 wide.
  const exponent = Math.max(((bits[0] >>> 23) & 0xff) - 127, -14);
  const steps = magnitude * 2 ** (10 - exponent);
  if (exponent > 15 || !Number.isInteger(steps)) return undefined;
  return sign | (steps < 1024 ? steps : ((exponent + 15) << 10) | (steps - 1024));
}

/**
 * Arc tangent, sine and cosine in float32, bit for bit as the reference's runtime computes them.
 *
 * ONNX Runtime evaluates `Atan`, `Sin` and `Cos` over a whole batch with Eigen: full packets of four lanes go through
 * Eigen's rational and polynomial approximations, the rest of the batch goes one by one through the C library. The two
 * differ in the last bit now and then, so both are here: {@link packetTrig} and {@link scalarTrig}.
 *
 * Constants and evaluation order: Eigen `GenericPacketMathFunctions.h` (no FMA); glibc `s_atanf.c` (Sun fdlibm) and
 * `s_sinf.c` / `s_cosf.c` (ARM optimized routines).
 */
export interface TrigFloat32 {
  atan(x: number): number;
  sin(x: number): number;
  cos(x: number): number;
}

const f32 = Math.fround;
const PI_OVER_2 = f32(Math.PI / 2);

/** Multiply, round, add, round, as an SSE packet does. Newer hardware would fuse the two. */
const multiplyAdd = (a: number, b: number, c: number) => f32(f32(a * b) + c);

/** Horner's rule from the highest coefficient down. */
function polynomial(x: number, coefficients: readonly number[]): number {
  let sum = coefficients[0];
  for (let i = 1; i < coefficients.length; i++) sum = multiplyAdd(sum, x, coefficients[i]);
  return sum;
}

const PACKET_ATAN_P = [0.11202698200941086, 0.7296695709228516, 0.8109951019287109];
const PACKET_ATAN_Q = [0.010091710835695267, 0.28318560123443604, 1, 0.8109951019287109];
const PACKET_COS = [2.4372266125283204e-5, -0.001388652017340064, 0.04166661947965622, -0.5, 1];
const PACKET_SIN = [-0.00019592340686358511, 0.008332687430083752, -0.16666662693023682];
/** pi/2 in four parts, so that subtracting a multiple of it loses nothing without FMA. */
const PACKET_PI_OVER_2 = [-1.5703125, -0.0004839897155761719, 1.628650352358818e-7, 5.564431554416771e-11];

function packetAtan(x: number): number {
  const magnitude = Math.abs(x);
  const large = magnitude > 1;
  const r = large ? f32(1 / magnitude) : magnitude;
  const r2 = f32(r * r);
  const ratio = f32(polynomial(r2, PACKET_ATAN_P) / polynomial(r2, PACKET_ATAN_Q));
  const angle = large ? f32(PI_OVER_2 - f32(r * ratio)) : f32(r * ratio);
  return x < 0 ? -angle : angle;
}

function packetSinCos(x: number, sine: boolean): number {
  const quadrant = Math.round(f32(Math.abs(x) * f32(2 / Math.PI)));
  const r = PACKET_PI_OVER_2.reduce((rest, part) => multiplyAdd(quadrant, part, rest), Math.abs(x));
  const r2 = f32(r * r);
  const even = (quadrant & 1) === 0;
  const value = even === sine ? multiplyAdd(f32(polynomial(r2, PACKET_SIN) * r2), r, r) : polynomial(r2, PACKET_COS);
  const negative = sine ? x < 0 !== ((quadrant & 2) !== 0) : ((quadrant + 1) & 2) !== 0;
  return negative ? -value : value;
}

export const packetTrig: TrigFloat32 = {
  atan: packetAtan,
  sin: (x) => packetSinCos(x, true),
  cos: (x) => packetSinCos(x, false),
};

const ATAN_HIGH = [0.46364760398864746, 0.7853981256484985, 0.9827936887741089, 1.570796251296997];
const ATAN_LOW = [5.01215824399992e-9, 3.774894707930798e-8, 3.447321716976148e-8, 7.549789415861596e-8].map(f32);
const ATAN_ODD = [
  1.6285819933e-2, 4.9768779427e-2, 6.6610731184e-2, 9.0908870101e-2, 1.4285714924e-1, 3.3333334327e-1,
].map(f32);
const ATAN_EVEN = [-3.6531571299e-2, -5.8335702866e-2, -7.6918758452e-2, -1.1111110449e-1, -2.0000000298e-1].map(f32);

function scalarAtan(x: number): number {
  const magnitude = Math.abs(x);
  if (magnitude < 2 ** -29) return x;
  if (magnitude >= 2 ** 34) return f32(Math.sign(x) * f32(ATAN_HIGH[3] + ATAN_LOW[3]));
  let r: number;
  let interval: number;
  if (magnitude < 0.4375) [interval, r] = [-1, x];
  else if (magnitude < 0.6875) [interval, r] = [0, f32(f32(2 * magnitude - 1) / f32(2 + magnitude))];
  else if (magnitude < 1.1875) [interval, r] = [1, f32(f32(magnitude - 1) / f32(magnitude + 1))];
  else if (magnitude < 2.4375) [interval, r] = [2, f32(f32(magnitude - 1.5) / f32(1 + f32(1.5 * magnitude)))];
  else [interval, r] = [3, f32(-1 / magnitude)];
  const z = f32(r * r);
  const w = f32(z * z);
  const tail = f32(r * f32(f32(z * polynomial(w, ATAN_ODD)) + f32(w * polynomial(w, ATAN_EVEN))));
  if (interval < 0) return f32(r - tail);
  const angle = f32(ATAN_HIGH[interval] - f32(f32(tail - ATAN_LOW[interval]) - r));
  return x < 0 ? -angle : angle;
}

// The C library's sine and cosine work in float64 and round once at the end.
const SIN = [-0.16666654943701084, 0.008332178146138854, -0.00019517298981385725];
const COS = [-0.49999999725108224, 0.041666623324344516, -0.001388676379437604, 2.4390450703564542e-5];
/** 2^24 * 2 / pi: the quadrant lands in the integer's upper bits. */
const QUADRANT_SCALE = 10680707.430881744;

function scalarSinCos(x: number, sine: boolean): number {
  const magnitude = Math.abs(x);
  if (magnitude < 2 ** -12) return sine ? x : 1;
  const quadrant = magnitude < f32(Math.PI / 4) ? 0 : (Math.trunc(x * QUADRANT_SCALE) + 0x800000) >> 24;
  const r = x - quadrant * (Math.PI / 2);
  const r2 = r * r;
  const phase = (sine ? quadrant : quadrant + 1) & 3;
  const sign = phase & 2 ? -1 : 1;
  if ((phase & 1) === 0) {
    const r3 = r * r2;
    return f32(sign * (r + r3 * SIN[0] + r3 * r2 * (SIN[1] + r2 * SIN[2])));
  }
  const r4 = r2 * r2;
  return f32(sign * (1 + r2 * COS[0] + r4 * COS[1] + r4 * r2 * (COS[2] + r2 * COS[3])));
}

export const scalarTrig: TrigFloat32 = {
  atan: scalarAtan,
  sin: (x) => scalarSinCos(x, true),
  cos: (x) => scalarSinCos(x, false),
};

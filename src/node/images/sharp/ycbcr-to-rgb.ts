const f32 = Math.fround;

/** How a file stores luma and chroma (TIFF 6.0, section 21). */
export interface YCbCrCoding {
  /** Shares of red, green and blue in the luma. */
  luma: readonly number[];
  /** Codes of black and white: of Y, of Cb, of Cr. */
  reference: readonly number[];
}

/** ITU-R BT.601, all codes used. */
export const DEFAULT_CODING: YCbCrCoding = { luma: [0.299, 0.587, 0.114], reference: [0, 255, 128, 255, 128, 255] };

const CODES = 256;
const ONE = 2 ** 16;
const fixed = (value: number) => Math.trunc(Math.min(Math.max(value, 0), 2) * ONE + 0.5);

/** What each code stands for, when black is 0 and white `range`. */
function scale(black: number, white: number, range: number): Int32Array {
  const limit = 128 * 32;
  return Int32Array.from({ length: CODES }, (_, code) =>
    Math.min(Math.max(((code - black) * range) / (white - black || 1), -limit), limit),
  );
}

/**
 * Luma and chroma of 8 bits -> RGB, with libtiff's 16-bit fixed point and its rounding, so with its pixels.
 * @param samples `(n, 3)` Y Cb Cr
 * @returns `(n, 3)` R G B
 */
export function yCbCrToRgb(samples: Uint8Array, { luma, reference }: YCbCrCoding): Uint8Array {
  const [red, green, blue] = luma.map(f32);
  const redSpan = f32(2 - f32(2 * red));
  const blueSpan = f32(2 - f32(2 * blue));
  const redOfCr = fixed(redSpan);
  const blueOfCb = fixed(blueSpan);
  const greenOfCr = -fixed(f32(f32(red * redSpan) / green));
  const greenOfCb = -fixed(f32(f32(blue * blueSpan) / green));
  const y = scale(reference[0], reference[1], 255);
  const cb = scale(reference[2], reference[3], 127);
  const cr = scale(reference[4], reference[5], 127);

  // The array clamps to 0..255.
  const rgb = new Uint8ClampedArray(samples.length);
  for (let i = 0; i < samples.length; i += 3) {
    const [u, v] = [cb[samples[i + 1]], cr[samples[i + 2]]];
    const light = y[samples[i]];
    rgb[i] = light + ((redOfCr * v + ONE / 2) >> 16);
    rgb[i + 1] = light + ((greenOfCb * u + ONE / 2 + greenOfCr * v) >> 16);
    rgb[i + 2] = light + ((blueOfCb * u + ONE / 2) >> 16);
  }
  return new Uint8Array(rgb.buffer);
}

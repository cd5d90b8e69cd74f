import { type ChecksOf, checkOptions, oneOf, orElse } from '../check-options.js';
import { checkAnyNumber, checkArray, checkNumber } from '../options.js';
import { tensor } from '../tensor.js';
import type { PixelImage, Tensor } from '../types.js';
import { packPixels } from './pack-pixels.js';

/** One number for all channels, or one for each in the order asked for. */
type PerChannel = number | readonly number[];

export interface ToTensorOptions {
  /** `nchw`: planes, `(1, 3, h, w)`; `nhwc`: pixels, `(1, h, w, 3)`. Default `nchw`. */
  layout?: 'nchw' | 'nhwc' | undefined;
  /** Order of the channels. Default `rgb`. */
  order?: 'rgb' | 'bgr' | undefined;
  /** Samples become `(sample - mean) / std`. Default 0 and 1: as they are, 0 to 255. */
  mean?: PerChannel | undefined;
  std?: PerChannel | undefined;
  /** `uint8` for networks that take samples as they are; mean and std must then be 0 and 1. Default `float32`. */
  dtype?: 'float32' | 'uint8' | undefined;
}

function perChannel(check: (name: string, value: unknown) => number) {
  return (name: string, value: unknown): PerChannel =>
    Array.isArray(value) ? checkArray(name, value, 3).map((one, i) => check(`${name}[${i}]`, one)) : check(name, value);
}

const OPTIONS = {
  layout: orElse('nchw', oneOf(['nchw', 'nhwc'])),
  order: orElse('rgb', oneOf(['rgb', 'bgr'])),
  mean: orElse<PerChannel>(0, perChannel(checkAnyNumber)),
  std: orElse<PerChannel>(
    1,
    perChannel((name, value) => checkNumber(name, value, Number.MIN_VALUE, Number.MAX_VALUE)),
  ),
  dtype: orElse('float32', oneOf(['float32', 'uint8'])),
} satisfies ChecksOf<ToTensorOptions>;

const three = (value: PerChannel): readonly number[] => (typeof value === 'number' ? [value, value, value] : value);

/**
 * An image as the input of a network of your own: `toTensor(imageFromTensor(crop, 'bgr'), { mean: 127.5, std: 127.5 })` is what
 * ArcFace's networks take of a crop with their template.
 * @throws InvalidImageError, InvalidOptionError
 */
export function toTensor(image: PixelImage, options?: ToTensorOptions & { dtype?: 'float32' | undefined }): Tensor;
export function toTensor(image: PixelImage, options: ToTensorOptions & { dtype: 'uint8' }): Tensor<Uint8Array>;
export function toTensor(image: PixelImage, options: ToTensorOptions = {}): Tensor | Tensor<Uint8Array> {
  const { layout, order, dtype, ...scaling } = checkOptions('toTensor', options, OPTIONS);
  const [mean, std] = [three(scaling.mean), three(scaling.std)];
  if (dtype === 'uint8') {
    // Other numbers would not fit.
    for (const value of mean) checkNumber('mean with dtype "uint8"', value, 0, 0);
    for (const value of std) checkNumber('std with dtype "uint8"', value, 1, 1);
  }
  const samples = packPixels(image, order);
  const { width, height } = image;
  const values = dtype === 'uint8' ? new Uint8Array(samples.length) : new Float32Array(samples.length);
  const pixels = width * height;
  for (let pixel = 0, from = 0; pixel < pixels; pixel++) {
    for (let channel = 0; channel < 3; channel++, from++) {
      const to = layout === 'nchw' ? channel * pixels + pixel : from;
      values[to] = (samples[from] - mean[channel]) / std[channel];
    }
  }
  const shape = layout === 'nchw' ? [1, 3, height, width] : [1, height, width, 3];
  return tensor(values as Float32Array, shape);
}

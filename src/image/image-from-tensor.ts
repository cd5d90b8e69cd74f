import { InvalidImageError } from '../errors.js';
import { describeShape, isTensor, layoutOf, tensorValues } from '../tensor.js';
import type { ChannelOrder, PixelImage, Tensor } from '../types.js';
import { channelLayout } from './pixel-image.js';

/**
 * A tensor or `ndarray` `(h, w, c)`, or `(h, w)` for gray, as a {@link PixelImage}. Shares its samples where they lie as an
 * image's do (rows downwards, pixels and channels side by side), else copies.
 * @throws InvalidImageError for another shape or an unknown channel order
 */
export function imageFromTensor(
  tensor: Tensor<Uint8Array | Uint8ClampedArray>,
  channelOrder: ChannelOrder,
): PixelImage {
  const samples = channelLayout(channelOrder).pixelStride;
  const isImage = isTensor(tensor, Uint8Array) || isTensor(tensor, Uint8ClampedArray);
  const shape: readonly number[] = isImage ? tensor.shape : [];
  const [height, width, channels = 1] = shape;
  if (
    height < 1 ||
    width < 1 ||
    channels !== samples ||
    shape.length !== (samples === 1 && shape.length === 2 ? 2 : 3)
  ) {
    throw new InvalidImageError({
      name: 'the tensor',
      expected: `uint8 of shape [h, w, ${samples}] for ${channelOrder}`,
      received: describeShape(tensor),
    });
  }
  const { stride, offset } = layoutOf(tensor);
  const [rowStride, pixelStride, channelStride = 1] = stride;
  if (rowStride >= width * samples && pixelStride === samples && channelStride === 1) {
    return { data: tensor.data.subarray(offset), width, height, channelOrder, rowStride };
  }
  return { data: tensorValues(tensor), width, height, channelOrder };
}

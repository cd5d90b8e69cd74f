import type { PixelImage } from 'onnx-facial-lmk-detector/node';
import sharp, { type OutputInfo } from 'sharp';

/** An image of RGB pixels as a JPEG file whose longer side has so many pixels, as a camera would write it. */
export function enlargedJpeg(
  { data, width, height }: PixelImage,
  longerSide: number,
): Promise<{ data: Buffer; info: OutputInfo }> {
  return sharp(data, { raw: { width, height, channels: 3 } })
    .resize(longerSide, longerSide, { fit: 'inside' })
    .jpeg({ quality: 90 })
    .toBuffer({ resolveWithObject: true });
}

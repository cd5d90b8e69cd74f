import type { PixelView } from '../image/pixel-image.js';
import { INPUT_TAPS } from '../landmark106/preprocess.js';
import { LANDMARK106 } from '../landmark106/spec.js';
import { type AffineEntries, affineEntries, invertAffine } from '../ops/affine.js';
import { cropExtent } from '../ops/warp-affine.js';
import { checkAlignedCrops } from './check-aligned-crops.js';
import type { Kernels } from './kernels.js';
import { plainKernels } from './plain-kernels.js';
import { bytesAt, floatsAt, intsAt, type KernelModule } from './wasm-module.js';

const { cropSide, inputSide } = LANDMARK106;

/** Beyond this the kernel's way from float32 to integers fails, see `integers` in assembly/. */
const MAX_COORDINATE = 2 ** 22;

/** Four floats: a pixel that is converted before the crop reads it. */
const FLOAT_BYTES = 16;
/** Where the crop shows more pixels than this, converting all of them takes longer than converting those that it reads. */
const MAX_FLOAT_PIXELS = 2 * cropSide ** 2;

/** Both crops of a face. Only the part of the image that the crop shows is copied into the module's memory. */
export function wasmAlignedCrops(module: KernelModule): Kernels['alignedCrops'] {
  const region = bytesAt(module, module.REGION, module.MAX_REGION_BYTES.value);
  const byteOrder = bytesAt(module, module.BYTE_ORDER, 16);
  const cropBytes = bytesAt(module, module.CROP_BYTES, 3 * cropSide ** 2);
  const plane = inputSide ** 2;
  const allPlanes = floatsAt(module, module.INPUT_PLANES, 3 * plane);
  const planes = [0, 1, 2].map((sample) => allPlanes.subarray(sample * plane, (sample + 1) * plane));

  floatsAt(module, module.INPUT_FRACTION, inputSide).set(INPUT_TAPS.fraction);
  // Counted from the frame of zeros around the crop. Columns are processed in groups of four; those beyond the frame read its end.
  intsAt(module, module.INPUT_FIRST, inputSide).set(
    INPUT_TAPS.first.map((first) => Math.min(Math.max(first + 1, 0), cropSide + 1)),
  );

  /** Copies the part of the image that the crop shows to the end of the region. Returns its layout; undefined when it does not fit. */
  function loadRegion(image: PixelView, cropToImage: readonly number[]) {
    const { data, width, height, offset, pixelStride } = image;
    if (Math.max(width, height) > MAX_COORDINATE || !cropToImage.every(Number.isFinite)) return undefined;
    const { left, top, right, bottom } = cropExtent(cropToImage, cropSide, width, height);
    const columns = right - left + 1;
    const rowStride = columns * pixelStride;
    const size = rowStride * (bottom - top + 1);
    const start = region.length - size;
    if (start < 0) return undefined;
    if (left < 0 || top < 0 || right >= width || bottom >= height) region.fill(0, start);
    const x1 = Math.max(left, 0);
    const x2 = Math.min(right + 1, width);
    for (let y = Math.max(top, 0); x1 < x2 && y < Math.min(bottom + 1, height); y++) {
      const row = offset + y * image.rowStride;
      const samples = data.subarray(row + x1 * pixelStride, row + x2 * pixelStride);
      region.set(samples, start + (y - top) * rowStride + (x1 - left) * pixelStride);
    }
    return { left, top, columns, rows: bottom - top + 1, address: module.REGION.value + start };
  }

  /** Image -> exact crop and crop bytes. @returns false where the region is too small for what the crop shows */
  function warp(image: PixelView, cropToImage: AffineEntries): boolean {
    const { width, height, pixelStride } = image;
    const loaded = loadRegion(image, cropToImage);
    if (!loaded) return false;
    const { left, top, columns, rows, address } = loaded;
    if (columns * rows <= MAX_FLOAT_PIXELS) {
      const { value: floats } = module.REGION;
      module.floatPixels(address, columns * rows, pixelStride, floats);
      module.warpFloats(
        floats - FLOAT_BYTES * (top * columns + left),
        FLOAT_BYTES * columns,
        width,
        height,
        ...cropToImage,
      );
    } else {
      const rowStride = columns * pixelStride;
      module.warpBytes(
        address - top * rowStride - left * pixelStride,
        rowStride,
        pixelStride,
        width,
        height,
        ...cropToImage,
      );
    }
    return true;
  }

  return (image, imageToCrop, order, crop, input) => {
    checkAlignedCrops(image, order, crop, input);
    const { red, green, blue } = image;
    const bgr = [blue, green, red];
    for (let i = 0; i < 12; i++) byteOrder[i] = 4 * Math.floor(i / 3) + bgr[i % 3];
    if (!warp(image, affineEntries(invertAffine(imageToCrop)))) {
      plainKernels.alignedCrops(image, imageToCrop, order, crop, input);
      return;
    }
    crop.set(cropBytes);
    module.landmarkPlanes(INPUT_TAPS.from, INPUT_TAPS.to);
    const channels = order === 'bgr' ? bgr : [red, green, blue];
    channels.forEach((sample, i) => {
      input.set(planes[sample], i * plane);
    });
  };
}

import { INPUT_TAPS } from '../landmark106/preprocess.js';
import { affineEntries, invertAffine } from '../ops/affine.js';
import { type AreaSpans, type AreaSums, letterboxArea } from '../ops/letterbox-area.js';
import { alignCornersTaps, clearPadding } from '../ops/letterbox-bilinear.js';
import { cropExtent } from '../ops/warp-affine.js';
import type { PixelView } from '../pixel-image.js';
import type { Kernels } from './kernels.js';
import { plainKernels } from './plain-kernels.js';
import { instantiateKernels, type KernelModule } from './wasm-module.js';

/** Exactly a power of two, so that dividing by it commutes with rounding. */
const isPowerOfTwo = (value: number) =>
  value > 0 && Number.isInteger(Math.log2(value)) && 2 ** Math.log2(value) === value;

/** Whole pixels of an area whose 8-bit samples can be summed in 16 bits. */
const MAX_WHOLE_PIXELS = 256;
/** Beyond this an integer is no longer exact in float32. */
const MAX_COORDINATE = 2 ** 24;

/**
 * The kernels in WebAssembly with SIMD, or undefined where that is missing. What does not fit into its fixed memory of
 * 6 MB is left to {@link plainKernels}.
 */
export function wasmKernels(): Kernels | undefined {
  const module = instantiateKernels();
  return module && kernelsOf(module);
}

function kernelsOf(module: KernelModule): Kernels {
  const bytes = new Uint8Array(module.memory.buffer);
  const ints = (pointer: { value: number }, length: number) =>
    new Int32Array(module.memory.buffer, pointer.value, length);
  const floats = (pointer: { value: number }, length: number) =>
    new Float32Array(module.memory.buffer, pointer.value, length);

  const maxSide = module.MAX_SIDE.value;
  const maxRowBytes = module.MAX_ROW_BYTES.value;
  const firstOffsets = ints(module.FIRST_OFFSETS, maxSide);
  const secondOffsets = ints(module.SECOND_OFFSETS, maxSide);
  const firstWeights = floats(module.FIRST_WEIGHTS, maxSide);
  const secondWeights = floats(module.SECOND_WEIGHTS, maxSide);
  const doubles = (pointer: { value: number }, length: number) =>
    new Float64Array(module.memory.buffer, pointer.value, length);
  const areaFirstWeights = doubles(module.AREA_FIRST_WEIGHTS, maxSide);
  const areaLastWeights = doubles(module.AREA_LAST_WEIGHTS, maxSide);
  const allAreaSums = doubles(module.AREA_SUMS, 4 * maxSide);
  const outputRows = floats(module.OUTPUT_ROWS, 3 * maxSide);
  const byteOrder = bytes.subarray(module.BYTE_ORDER.value, module.BYTE_ORDER.value + 16);
  const cropSide = module.CROP_SIDE.value;
  const cropBytes = bytes.subarray(module.CROP_BYTES.value, module.CROP_BYTES.value + cropSide * cropSide * 3);
  const planeLength = module.INPUT_SIDE.value ** 2;
  const allPlanes = floats(module.INPUT_PLANES, 3 * planeLength);
  const inputPlanes = [0, 1, 2].map((plane) => allPlanes.subarray(plane * planeLength, (plane + 1) * planeLength));

  floats(module.INPUT_FRACTION, module.INPUT_SIDE.value).set(INPUT_TAPS.fraction);
  // Counted from the frame of zeros around the crop; columns beyond it, done for the sake of groups of four, read its end.
  ints(module.INPUT_FIRST, module.INPUT_SIDE.value).set(
    INPUT_TAPS.first.map((first) => Math.min(Math.max(first + 1, 0), cropSide + 1)),
  );

  /** Brings what the crop shows into memory and returns where the image's first pixel would be, or nothing if too large. */
  function loadRegion(
    image: PixelView,
    cropToImage: readonly number[],
  ): { origin: number; rowStride: number } | undefined {
    const { data, width, height, offset, pixelStride } = image;
    const { left, top, right, bottom } = cropExtent(cropToImage, cropSide, width, height);
    const rowStride = (right - left + 1) * pixelStride;
    const size = rowStride * (bottom - top + 1);
    if (size > module.MAX_REGION_BYTES.value) return undefined;
    const start = module.REGION.value;
    if (left < 0 || top < 0 || right >= width || bottom >= height) bytes.fill(0, start, start + size);
    const x1 = Math.max(left, 0);
    const x2 = Math.min(right + 1, width);
    for (let y = Math.max(top, 0); x1 < x2 && y <= Math.min(bottom, height - 1); y++) {
      const row = offset + y * image.rowStride;
      bytes.set(
        data.subarray(row + x1 * pixelStride, row + x2 * pixelStride),
        start + (y - top) * rowStride + (x1 - left) * pixelStride,
      );
    }
    return { origin: start - top * rowStride - left * pixelStride, rowStride };
  }

  function areaSums(image: PixelView, columns: AreaSpans): AreaSums {
    const { data, width, offset, rowStride, pixelStride, red, green, blue } = image;
    const count = columns.first.length;
    firstOffsets.set(columns.first.map((column) => column * pixelStride));
    secondOffsets.set(columns.last.map((column) => column * pixelStride));
    areaFirstWeights.set(columns.firstWeight);
    areaLastWeights.set(columns.lastWeight);
    return {
      sums: allAreaSums.subarray(0, 4 * count),
      red,
      green,
      blue,
      addRow(y, weight) {
        const from = offset + y * rowStride;
        bytes.set(data.subarray(from, from + width * pixelStride), module.ROWS.value);
        module.addAreaRow(module.ROWS.value, count, pixelStride, weight);
      },
    };
  }

  return {
    name: 'wasm',

    letterboxBilinear(image, side, normalization, out) {
      const { data, width, height, offset, rowStride, pixelStride, red, green, blue } = image;
      const { mean, std } = normalization;
      const rowBytes = width * pixelStride;
      if (side > maxSide || rowBytes > maxRowBytes || Math.fround(mean) !== mean || !isPowerOfTwo(std)) {
        plainKernels.letterboxBilinear(image, side, normalization, out);
        return;
      }
      const canvas = Math.max(width, height);
      const x = alignCornersTaps(width, canvas, side);
      const y = alignCornersTaps(height, canvas, side);
      const columns = x.inside;
      firstOffsets.set(x.first.map((column) => column * pixelStride));
      secondOffsets.set(x.second.map((column) => column * pixelStride));
      firstWeights.set(x.firstWeight);
      secondWeights.set(x.secondWeight);
      clearPadding(out, side, columns, y.inside);
      const planes = [red, green, blue].map((sample) =>
        outputRows.subarray(sample * maxSide, sample * maxSide + columns),
      );
      // Neighbouring rows differ in parity, so two slots hold any pair and a row is copied once while it is needed.
      const held = [-1, -1];
      const slot = (row: number) => {
        const address = module.ROWS.value + (row & 1) * maxRowBytes;
        if (held[row & 1] !== row) {
          const from = offset + row * rowStride;
          bytes.set(data.subarray(from, from + rowBytes), address);
          held[row & 1] = row;
        }
        return address;
      };
      for (let oy = 0; oy < y.inside; oy++) {
        module.letterboxRow(
          slot(y.first[oy]),
          slot(y.second[oy]),
          columns,
          y.firstWeight[oy],
          y.secondWeight[oy],
          mean,
          1 / std,
        );
        for (let channel = 0; channel < 3; channel++) out.set(planes[channel], (channel * side + oy) * side);
      }
    },

    letterboxArea(image, side, normalization, out) {
      const fits = side <= maxSide && image.width * image.pixelStride <= maxRowBytes;
      const ratio = Math.max(image.width, image.height) / side;
      if (fits && ratio <= MAX_WHOLE_PIXELS) letterboxArea(image, side, normalization, out, areaSums);
      else plainKernels.letterboxArea(image, side, normalization, out);
    },

    cropFace(image, imageToCrop, order, crop, input) {
      const { width, height, pixelStride, red, green, blue } = image;
      const cropToImage = affineEntries(invertAffine(imageToCrop));
      const region =
        cropToImage.every(Number.isFinite) && Math.max(width, height) < MAX_COORDINATE
          ? loadRegion(image, cropToImage)
          : undefined;
      if (!region) {
        plainKernels.cropFace(image, imageToCrop, order, crop, input);
        return;
      }
      const channels = [blue, green, red];
      for (let i = 0; i < 12; i++) byteOrder[i] = Math.floor(i / 3) * 4 + channels[i % 3];
      const [a, b, tx, c, d, ty] = cropToImage;
      module.warpCrop(region.origin, region.rowStride, pixelStride, width, height, a, b, tx, c, d, ty);
      crop.set(cropBytes);
      if (order === 'rgb') channels.reverse();
      module.landmarkPlanes(INPUT_TAPS.from, INPUT_TAPS.to);
      channels.forEach((sample, plane) => {
        input.set(inputPlanes[sample], plane * planeLength);
      });
    },
  };
}

import type { PixelView } from '../image/pixel-image.js';
import { type AreaSpans, type AreaSums, letterboxArea } from '../ops/letterbox-area.js';
import { alignCornersTaps, checkLetterbox, clearPadding } from '../ops/letterbox-bilinear.js';
import type { Kernels } from './kernels.js';
import { plainKernels } from './plain-kernels.js';
import { bytesAt, doublesAt, floatsAt, intsAt, type KernelModule } from './wasm-module.js';

/** Dividing by an exact power of two loses no bits, so that it may be done before or after rounding. */
const isPowerOfTwo = (value: number) => value > 0 && 2 ** Math.round(Math.log2(value)) === value;

/** Number of 8-bit samples whose sum is certain to fit in 16 bits. */
const MAX_WHOLE_PIXELS = 256;

/** Above this reduction most source rows are not read by any output row, so that rows are copied one by one and not in blocks. */
const MAX_BLOCK_REDUCTION = 4;

/** The two letterboxes. Source rows are copied into the module's memory in small blocks, so that images may have any size. */
export function wasmLetterbox(module: KernelModule): Pick<Kernels, 'letterboxBilinear' | 'letterboxArea'> {
  const maxSide = module.MAX_SIDE.value;
  const maxRowBytes = module.MAX_ROW_BYTES.value;
  const maxBlockRows = module.MAX_BLOCK_ROWS.value;
  const maxBlockSamples = module.MAX_BLOCK_SAMPLES.value;
  const region = bytesAt(module, module.REGION, module.MAX_REGION_BYTES.value);
  const areaRow = bytesAt(module, module.ROW, maxRowBytes);
  const firstOffsets = intsAt(module, module.FIRST_OFFSETS, maxSide);
  const secondOffsets = intsAt(module, module.SECOND_OFFSETS, maxSide);
  const firstWeights = floatsAt(module, module.FIRST_WEIGHTS, maxSide);
  const secondWeights = floatsAt(module, module.SECOND_WEIGHTS, maxSide);
  const upperRows = intsAt(module, module.UPPER_ROWS, maxBlockRows);
  const lowerRows = intsAt(module, module.LOWER_ROWS, maxBlockRows);
  const upperWeights = floatsAt(module, module.UPPER_WEIGHTS, maxBlockRows);
  const lowerWeights = floatsAt(module, module.LOWER_WEIGHTS, maxBlockRows);
  const outputPlanes = [0, 1, 2].map((sample) => {
    const value = module.OUTPUT_ROWS.value + sample * module.BLOCK_PLANE_BYTES.value;
    return floatsAt(module, { value }, maxBlockSamples);
  });
  const areaFirstWeights = doublesAt(module, module.AREA_FIRST_WEIGHTS, maxSide);
  const areaLastWeights = doublesAt(module, module.AREA_LAST_WEIGHTS, maxSide);
  const allAreaSums = doublesAt(module, module.AREA_SUMS, 4 * maxSide);

  const fits = (image: PixelView, side: number) => side <= maxSide && image.width * image.pixelStride <= maxRowBytes;

  /** Copies the source rows `[from, to]` and returns where row 0 would be. */
  function loadRows({ data, width, offset, rowStride, pixelStride }: PixelView, from: number, to: number): number {
    region.set(data.subarray(offset + from * rowStride, offset + to * rowStride + width * pixelStride));
    return module.REGION.value - from * rowStride;
  }

  function loadColumns(first: Int32Array, second: Int32Array, pixelStride: number): void {
    firstOffsets.set(first.map((column) => column * pixelStride));
    secondOffsets.set(second.map((column) => column * pixelStride));
  }

  function areaSums(image: PixelView, columns: AreaSpans): AreaSums {
    const { data, width, offset, rowStride, pixelStride, red, green, blue } = image;
    const count = columns.first.length;
    loadColumns(columns.first, columns.last, pixelStride);
    areaFirstWeights.set(columns.firstWeight);
    areaLastWeights.set(columns.lastWeight);
    const sums = allAreaSums.subarray(0, 4 * count);
    const addRow = (y: number, weight: number) => {
      const from = offset + y * rowStride;
      areaRow.set(data.subarray(from, from + width * pixelStride));
      module.addAreaRow(module.ROW.value, count, pixelStride, weight);
    };
    return { sums, red, green, blue, addRow };
  }

  /** Output rows that are made at once: their samples and their source rows fit into the memory, 0 where not even one does. */
  function blockRows({ width, height, rowStride, pixelStride }: PixelView, side: number): number {
    const reduction = Math.max(width, height) / side;
    const sourceRows = Math.floor((region.length - width * pixelStride) / rowStride);
    if (sourceRows < 1) return 0;
    if (reduction > MAX_BLOCK_REDUCTION) return 1;
    // The last of them begins `(rows - 1) * reduction` below the first, rounded, and reads one row more.
    const fitting = Math.floor((sourceRows - 2) / reduction);
    return Math.max(1, Math.min(maxBlockRows, Math.floor(maxBlockSamples / side), fitting));
  }

  return {
    letterboxBilinear(image, side, normalization, out) {
      const { mean, std } = checkLetterbox(image, side, normalization, out);
      const { width, height, rowStride, pixelStride, red, green, blue } = image;
      const atOnce = fits(image, side) ? blockRows(image, side) : 0;
      if (atOnce === 0 || Math.fround(mean) !== mean || !isPowerOfTwo(std)) {
        plainKernels.letterboxBilinear(image, side, normalization, out);
        return;
      }
      const canvas = Math.max(width, height);
      const x = alignCornersTaps(width, canvas, side);
      const y = alignCornersTaps(height, canvas, side);
      loadColumns(x.first, x.second, pixelStride);
      firstWeights.set(x.firstWeight);
      secondWeights.set(x.secondWeight);
      clearPadding(out, side, side, y.inside);
      for (let start = 0; start < y.inside; start += atOnce) {
        const end = Math.min(start + atOnce, y.inside);
        upperRows.set(y.first.subarray(start, end));
        lowerRows.set(y.second.subarray(start, end));
        upperWeights.set(y.firstWeight.subarray(start, end));
        lowerWeights.set(y.secondWeight.subarray(start, end));
        const origin = loadRows(image, y.first[start], y.second[end - 1]);
        module.letterboxRows(origin, rowStride, end - start, x.inside, side, mean, 1 / std);
        [red, green, blue].forEach((sample, channel) => {
          out.set(outputPlanes[sample].subarray(0, (end - start) * side), (channel * side + start) * side);
        });
      }
    },

    letterboxArea(image, side, normalization, out) {
      checkLetterbox(image, side, normalization, out);
      const ratio = Math.max(image.width, image.height) / side;
      if (fits(image, side) && ratio <= MAX_WHOLE_PIXELS) letterboxArea(image, side, normalization, out, areaSums);
      else plainKernels.letterboxArea(image, side, normalization, out);
    },
  };
}

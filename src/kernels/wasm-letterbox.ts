import type { PixelView } from '../image/pixel-image.js';
import { type AreaSpans, type AreaSums, letterboxArea } from '../ops/letterbox-area.js';
import { alignCornersTaps, checkLetterbox, clearPadding } from '../ops/letterbox-bilinear.js';
import type { Kernels } from './kernels.js';
import { plainKernels } from './plain-kernels.js';
import { bytesAt, doublesAt, floatsAt, intsAt, type KernelModule } from './wasm-module.js';

/** Exactly a power of two, so that dividing by it commutes with rounding. */
const isPowerOfTwo = (value: number) => value > 0 && 2 ** Math.round(Math.log2(value)) === value;

/** Whole pixels of an area whose 8-bit samples can be summed in 16 bits. */
const MAX_WHOLE_PIXELS = 256;

/** The two letterboxes. Source rows go through the module's memory one or two at a time, whatever the image's size. */
export function wasmLetterbox(module: KernelModule): Pick<Kernels, 'letterboxBilinear' | 'letterboxArea'> {
  const maxSide = module.MAX_SIDE.value;
  const maxRowBytes = module.MAX_ROW_BYTES.value;
  const rows = bytesAt(module, module.ROWS, 2 * maxRowBytes);
  const firstOffsets = intsAt(module, module.FIRST_OFFSETS, maxSide);
  const secondOffsets = intsAt(module, module.SECOND_OFFSETS, maxSide);
  const firstWeights = floatsAt(module, module.FIRST_WEIGHTS, maxSide);
  const secondWeights = floatsAt(module, module.SECOND_WEIGHTS, maxSide);
  const outputRows = floatsAt(module, module.OUTPUT_ROWS, 3 * maxSide);
  const areaFirstWeights = doublesAt(module, module.AREA_FIRST_WEIGHTS, maxSide);
  const areaLastWeights = doublesAt(module, module.AREA_LAST_WEIGHTS, maxSide);
  const allAreaSums = doublesAt(module, module.AREA_SUMS, 4 * maxSide);

  const fits = (image: PixelView, side: number) => side <= maxSide && image.width * image.pixelStride <= maxRowBytes;

  /** Copies a source row into one of the two slots and returns its address. */
  function loadRow({ data, width, offset, rowStride, pixelStride }: PixelView, y: number, slot: number): number {
    const from = offset + y * rowStride;
    rows.set(data.subarray(from, from + width * pixelStride), slot * maxRowBytes);
    return module.ROWS.value + slot * maxRowBytes;
  }

  function loadColumns(first: Int32Array, second: Int32Array, pixelStride: number): void {
    firstOffsets.set(first.map((column) => column * pixelStride));
    secondOffsets.set(second.map((column) => column * pixelStride));
  }

  function areaSums(image: PixelView, columns: AreaSpans): AreaSums {
    const { pixelStride, red, green, blue } = image;
    const count = columns.first.length;
    loadColumns(columns.first, columns.last, pixelStride);
    areaFirstWeights.set(columns.firstWeight);
    areaLastWeights.set(columns.lastWeight);
    const sums = allAreaSums.subarray(0, 4 * count);
    const addRow = (y: number, weight: number) => module.addAreaRow(loadRow(image, y, 0), count, pixelStride, weight);
    return { sums, red, green, blue, addRow };
  }

  return {
    letterboxBilinear(image, side, normalization, out) {
      const { mean, std } = checkLetterbox(image, side, normalization, out);
      const { width, height, pixelStride, red, green, blue } = image;
      if (!fits(image, side) || Math.fround(mean) !== mean || !isPowerOfTwo(std)) {
        plainKernels.letterboxBilinear(image, side, normalization, out);
        return;
      }
      const canvas = Math.max(width, height);
      const x = alignCornersTaps(width, canvas, side);
      const y = alignCornersTaps(height, canvas, side);
      loadColumns(x.first, x.second, pixelStride);
      firstWeights.set(x.firstWeight);
      secondWeights.set(x.secondWeight);
      clearPadding(out, side, x.inside, y.inside);
      const planes = [red, green, blue].map((sample) =>
        outputRows.subarray(sample * maxSide, sample * maxSide + x.inside),
      );
      // Neighbouring rows differ in parity, so two slots hold any pair and a row is copied once while it is needed.
      const held = [-1, -1];
      const addresses = [0, 0];
      const addressOf = (row: number) => {
        const slot = row & 1;
        if (held[slot] !== row) addresses[slot] = loadRow(image, row, slot);
        held[slot] = row;
        return addresses[slot];
      };
      for (let oy = 0; oy < y.inside; oy++) {
        const upper = addressOf(y.first[oy]);
        const lower = addressOf(y.second[oy]);
        module.letterboxRow(upper, lower, x.inside, y.firstWeight[oy], y.secondWeight[oy], mean, 1 / std);
        for (let channel = 0; channel < 3; channel++) out.set(planes[channel], (channel * side + oy) * side);
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

import { KERNEL_BINARY } from './wasm-binary.js';

/** Address of a buffer in the module's memory. */
export interface Pointer {
  readonly value: number;
}

/** The exports of `assembly/`: the addresses of its buffers, and the kernels that work on them. */
export interface KernelModule {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly MAX_ROW_BYTES: Pointer;
  readonly MAX_SIDE: Pointer;
  readonly MAX_REGION_BYTES: Pointer;
  readonly MAX_BLOCK_ROWS: Pointer;
  readonly MAX_BLOCK_SAMPLES: Pointer;
  readonly BLOCK_PLANE_BYTES: Pointer;
  readonly ROW: Pointer;
  readonly FIRST_OFFSETS: Pointer;
  readonly SECOND_OFFSETS: Pointer;
  readonly FIRST_WEIGHTS: Pointer;
  readonly SECOND_WEIGHTS: Pointer;
  readonly UPPER_ROWS: Pointer;
  readonly LOWER_ROWS: Pointer;
  readonly UPPER_WEIGHTS: Pointer;
  readonly LOWER_WEIGHTS: Pointer;
  readonly OUTPUT_ROWS: Pointer;
  readonly AREA_FIRST_WEIGHTS: Pointer;
  readonly AREA_LAST_WEIGHTS: Pointer;
  readonly AREA_SUMS: Pointer;
  readonly REGION: Pointer;
  readonly BYTE_ORDER: Pointer;
  readonly CROP_BYTES: Pointer;
  readonly INPUT_FIRST: Pointer;
  readonly INPUT_FRACTION: Pointer;
  readonly INPUT_PLANES: Pointer;
  letterboxRows(
    origin: number,
    rowStride: number,
    rows: number,
    columns: number,
    side: number,
    mean: number,
    reciprocal: number,
  ): void;
  addAreaRow(row: number, columns: number, pixelStride: number, weight: number): void;
  floatPixels(from: number, pixels: number, pixelStride: number, to: number): void;
  warpBytes(
    origin: number,
    rowStride: number,
    pixelStride: number,
    width: number,
    height: number,
    a: number,
    b: number,
    tx: number,
    c: number,
    d: number,
    ty: number,
  ): void;
  warpFloats(
    origin: number,
    rowStride: number,
    width: number,
    height: number,
    a: number,
    b: number,
    tx: number,
    c: number,
    d: number,
    ty: number,
  ): void;
  landmarkPlanes(from: number, to: number): void;
}

/** The part of the WebAssembly interface that is used here. Declared, because pure code has neither Node's types nor the DOM's. */
declare const WebAssembly:
  | {
      Module: new (bytes: Uint8Array) => object;
      Instance: new (module: object) => { exports: unknown };
    }
  | undefined;

/**
 * A new instance; undefined where WebAssembly or its SIMD is missing, or a security policy forbids it. Compiled synchronously,
 * because it has only five kilobytes.
 */
export function instantiateKernels(): KernelModule | undefined {
  if (typeof WebAssembly === 'undefined') return undefined;
  try {
    const bytes = Uint8Array.from(atob(KERNEL_BINARY), (character) => character.charCodeAt(0));
    return new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as KernelModule;
  } catch {
    return undefined;
  }
}

export const bytesAt = (module: KernelModule, { value }: Pointer, length: number) =>
  new Uint8Array(module.memory.buffer, value, length);
export const intsAt = (module: KernelModule, { value }: Pointer, length: number) =>
  new Int32Array(module.memory.buffer, value, length);
export const floatsAt = (module: KernelModule, { value }: Pointer, length: number) =>
  new Float32Array(module.memory.buffer, value, length);
export const doublesAt = (module: KernelModule, { value }: Pointer, length: number) =>
  new Float64Array(module.memory.buffer, value, length);

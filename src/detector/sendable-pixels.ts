import type { PixelImage } from '../types.js';

type Bytes = Uint8Array<ArrayBuffer>;

/** The bytes to send: a copy, or the caller's own where they are handed over and can be moved. */
export function sendable(data: Uint8Array | Uint8ClampedArray, handOver: boolean): Bytes {
  const { buffer, byteLength } = data;
  // A view on part of a buffer would take the rest along.
  if (handOver && buffer instanceof ArrayBuffer && byteLength === buffer.byteLength) {
    try {
      return new Uint8Array(structuredClone(buffer, { transfer: [buffer] }));
    } catch {
      // Memory that cannot be moved, like WebAssembly's, is copied.
    }
  }
  return Uint8Array.from(data);
}

/** Pixels whose memory can be moved to another thread. */
export function sendablePixels({ data, width, height, channelOrder, rowStride }: PixelImage, handOver: boolean) {
  return { data: sendable(data, handOver), width, height, channelOrder, rowStride };
}

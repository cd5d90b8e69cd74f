import type { PixelImage } from '../types.js';

type Bytes = Uint8Array<ArrayBuffer>;

/** The bytes to send: the caller's own if they are handed over and can be transferred, else a copy. */
export function sendable(data: Uint8Array | Uint8ClampedArray, handOver: boolean): Bytes {
  const { buffer, byteLength } = data;
  // Transferring a view on part of a buffer would take the whole buffer away from the caller.
  if (handOver && buffer instanceof ArrayBuffer && byteLength === buffer.byteLength) {
    try {
      return new Uint8Array(structuredClone(buffer, { transfer: [buffer] }));
    } catch {
      // Memory that cannot be transferred, such as WebAssembly's, is copied.
    }
  }
  return Uint8Array.from(data);
}

/** Pixels whose memory can be transferred to another thread. */
export function sendablePixels({ data, width, height, channelOrder, rowStride }: PixelImage, handOver: boolean) {
  return { data: sendable(data, handOver), width, height, channelOrder, rowStride };
}

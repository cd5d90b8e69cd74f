import { drawable, undrawable, type WebImageInput } from '../images/read-pixels.js';

/** Memory of an input that can be moved instead of copied. */
function movable(input: WebImageInput): Transferable[] {
  if (typeof input !== 'object' || input === null) return [];
  if (input instanceof ImageBitmap || input instanceof ArrayBuffer) return [input];
  if (typeof VideoFrame === 'function' && input instanceof VideoFrame) return [input];
  const bytes = input instanceof Uint8Array ? input : 'data' in input ? input.data : undefined;
  return bytes?.buffer instanceof ArrayBuffer ? [bytes.buffer] : [];
}

/**
 * An input as a worker can take it: elements and canvases as bitmaps, everything else as it is.
 * @throws InvalidImageError for an image without pixels, or whose pixels the page may not read; ImageDecodeError for a larger one
 */
export async function sendableInput(
  input: WebImageInput,
  { handOver, maxPixels }: { handOver: boolean; maxPixels: number },
): Promise<{ sent: WebImageInput; transfer: Transferable[] }> {
  const transfer = handOver ? movable(input) : [];
  const found = transfer.length > 0 ? undefined : await drawable(input, maxPixels);
  if (!found) return { sent: input, transfer };
  const bitmap = await createImageBitmap(found.image).catch((cause) => {
    throw undrawable(cause);
  });
  return { sent: bitmap, transfer: [bitmap] };
}

import { type DrawableImage, isDrawable, type WebImageInput } from '../images/read-pixels.js';

/** Memory of an input that can be moved instead of copied. */
function movable(input: WebImageInput): Transferable[] {
  if (input instanceof ImageBitmap || input instanceof ArrayBuffer) return [input];
  if (typeof VideoFrame === 'function' && input instanceof VideoFrame) return [input];
  const bytes = input instanceof Uint8Array ? input : 'data' in input ? input.data : undefined;
  return bytes?.buffer instanceof ArrayBuffer ? [bytes.buffer] : [];
}

/**
 * An input as a worker can take it: elements and canvases as bitmaps, everything else as it is.
 * @param handOver move the caller's memory instead of copying it
 */
export async function sendableInput(
  input: WebImageInput,
  handOver: boolean,
): Promise<{ sent: WebImageInput; transfer: Transferable[] }> {
  const transfer = handOver ? movable(input) : [];
  if (transfer.length > 0 || !isDrawable(input)) return { sent: input, transfer };
  const bitmap = await createImageBitmap(input as DrawableImage);
  return { sent: bitmap, transfer: [bitmap] };
}

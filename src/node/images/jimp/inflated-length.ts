import { createInflate } from 'node:zlib';

/**
 * Bytes that zlib data inflate to, counted piece by piece: kept together they would take as much memory as the image.
 * @throws Error for damaged data, and as soon as there are more than `limit`
 */
export async function inflatedLength(deflated: Uint8Array, limit: number): Promise<number> {
  const inflater = createInflate({ chunkSize: 2 ** 16 });
  inflater.end(deflated);
  let length = 0;
  for await (const piece of inflater) {
    length += piece.length;
    if (length > limit) throw new Error(`samples that inflate to more than ${limit} bytes`);
  }
  return length;
}

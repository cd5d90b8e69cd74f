import type { Faces } from './face-detector.js';
import { mapInOrder } from './map-in-order.js';

/** One image of a stream: its faces, or why there are none. */
export type StreamResult<Input> = { index: number; input: Input } & (
  | { faces: Faces; error?: undefined }
  | { faces?: undefined; error: Error }
);

/**
 * Analyses inputs in order with several under way at once, so that one image is decoded while another one's networks run.
 * An input that fails gives a result with its error, and the stream goes on.
 */
export function streamResults<Input>(
  inputs: Iterable<Input> | AsyncIterable<Input>,
  concurrency: number,
  detect: (input: Input) => Promise<Faces>,
): AsyncGenerator<StreamResult<Input>, void, undefined> {
  return mapInOrder(inputs, concurrency, async (input, index): Promise<StreamResult<Input>> => {
    try {
      return { index, input, faces: await detect(input) };
    } catch (error) {
      return { index, input, error: error instanceof Error ? error : new Error(String(error)) };
    }
  });
}

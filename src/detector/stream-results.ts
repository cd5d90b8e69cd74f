import { asError } from '../as-error.js';
import type { DetectionResult } from './detection-result.js';
import { mapInOrder } from './map-in-order.js';

/** One image of a stream: what was found in it, or why that failed. */
export type StreamResult<Input> = { index: number; input: Input } & (
  | { result: DetectionResult; error?: undefined }
  | { result?: undefined; error: Error }
);

/**
 * Analyses inputs in order with several under way at once, so that one image is decoded while another one's networks run.
 * An input that fails gives a result with its error, and the stream goes on.
 */
export function streamResults<Input>(
  inputs: Iterable<Input> | AsyncIterable<Input>,
  concurrency: number,
  detect: (input: Input) => Promise<DetectionResult>,
): AsyncGenerator<StreamResult<Input>, void, undefined> {
  return mapInOrder(inputs, concurrency, async (input, index): Promise<StreamResult<Input>> => {
    try {
      return { index, input, result: await detect(input) };
    } catch (error) {
      return { index, input, error: asError(error) };
    }
  });
}

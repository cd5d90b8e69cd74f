import { asError } from '../as-error.js';
import type { DetectionResult } from './detection-result.js';
import { mapInOrder } from './map-in-order.js';

/** One image of a stream: its result, or the error. */
export type StreamResult<Input> = { index: number; input: Input } & (
  | { result: DetectionResult; error?: undefined }
  | { result?: undefined; error: Error }
);

/**
 * Analyses inputs in order, several at once, so that one image is decoded while the networks run on another.
 * When an input fails, the stream yields its error and goes on.
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

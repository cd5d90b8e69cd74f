import { checkInteger } from '../options.js';
import type { Faces } from './facial-landmark-detector.js';

/** One image of a stream: its faces, or why there are none. */
export type StreamResult<Input> = { index: number; input: Input } & (
  | { faces: Faces; error?: undefined }
  | { faces?: undefined; error: Error }
);

/**
 * Analyses inputs in order with several under way at once, so that one image is decoded while another one's networks run.
 * Results come in the order of the inputs. An input that fails gives a result with its error, and the stream goes on; when
 * the caller stops early, no further input is taken. At most `concurrency` images are held at once.
 */
export async function* streamResults<Input>(
  inputs: Iterable<Input> | AsyncIterable<Input>,
  concurrency: number,
  detect: (input: Input) => Promise<Faces>,
): AsyncGenerator<StreamResult<Input>, void, undefined> {
  checkInteger('concurrency', concurrency, 1, 1024);
  const pending: Promise<StreamResult<Input>>[] = [];
  let index = 0;
  const begin = async (input: Input, at: number): Promise<StreamResult<Input>> => {
    try {
      return { index: at, input, faces: await detect(input) };
    } catch (error) {
      return { index: at, input, error: error instanceof Error ? error : new Error(String(error)) };
    }
  };
  try {
    for await (const input of inputs) {
      pending.push(begin(input, index++));
      if (pending.length >= concurrency) yield await (pending.shift() as Promise<StreamResult<Input>>);
    }
    while (pending.length > 0) yield await (pending.shift() as Promise<StreamResult<Input>>);
  } finally {
    await Promise.all(pending);
  }
}

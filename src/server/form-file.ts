import { setImmediate } from 'node:timers/promises';
import busboy from 'busboy';
import { HttpError } from './http-error.js';

/** Longest boundary (RFC 2046, section 5.1.1). The time to search for it grows with its length. */
const MAX_BOUNDARY = 70;
/** Limits for the parts before the image. busboy itself limits the headers of a part to 16 kB. */
const LIMITS = { parts: 20, fieldSize: 4096 };

const refuse = (received: string): HttpError =>
  new HttpError(
    400,
    'ERR_FORM',
    `Expected a form with a file but received ${received}. Send the image as a file in multipart/form-data.`,
  );

function openParser(contentType: string): busboy.Busboy {
  const boundary = /;\s*boundary=("?)([^";]*)\1/i.exec(contentType)?.[2] ?? '';
  if (boundary.length > MAX_BOUNDARY) throw refuse(`a boundary of ${boundary.length} characters`);
  try {
    return busboy({ headers: { 'content-type': contentType }, limits: LIMITS });
  } catch (cause) {
    throw refuse(`a damaged one (${(cause as Error).message})`);
  }
}

/** State of parsing a form. */
interface FormState {
  /** Whether the first file has ended. */
  ended: boolean;
  /** The error in the form. Parts after the first file are not checked. */
  problem?: unknown;
}

function watchForm(parser: busboy.Busboy, append: (chunk: Uint8Array) => void): FormState {
  const state: FormState = { ended: false };
  const fail = (problem: unknown) => {
    state.problem ??= problem;
  };
  let found = false;
  parser.on('file', (_, file) => {
    file.on('error', () => fail(refuse('one that is cut off')));
    if (found) {
      file.resume();
      return;
    }
    found = true;
    file.on('data', (chunk: Uint8Array) => {
      try {
        append(chunk);
      } catch (error) {
        fail(error);
      }
    });
    file.on('end', () => {
      state.ended = true;
    });
  });
  parser.on('partsLimit', () => found || fail(refuse(`${LIMITS.parts} parts without one`)));
  parser.on('error', (cause: Error) => fail(refuse(`a damaged one (${cause.message})`)));
  parser.on('finish', () => found || fail(refuse('none')));
  return state;
}

/**
 * Passes on the bytes of a form's first file while the form arrives. The rest of the form is not read.
 * @param chunks of a body of the type multipart/form-data
 * @throws HttpError 400 for a form without a file, or a damaged one; and what `append` throws
 */
export async function readFormFile(
  chunks: AsyncIterable<Uint8Array>,
  contentType: string,
  append: (chunk: Uint8Array) => void,
): Promise<void> {
  const parser = openParser(contentType);
  const form = watchForm(parser, append);
  const isDone = async () => {
    // The file reports its end in a later turn, after an error in the part behind it.
    await setImmediate();
    if (!form.ended && form.problem !== undefined) throw form.problem;
    return form.ended;
  };
  try {
    for await (const chunk of chunks) {
      await new Promise((resolve) => parser.write(chunk, resolve));
      if (await isDone()) return;
    }
    await new Promise((resolve) => parser.once('close', resolve).end());
    await isDone();
  } finally {
    parser.destroy();
  }
}

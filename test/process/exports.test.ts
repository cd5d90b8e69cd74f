// Every exported function, called with arguments that are wrong in any way: it answers, or throws an error of this library.
import { afterAll, describe, expect, it } from 'vitest';
import { describe as describeValue } from '../../src/describe.js';
import { Random } from '../../src/drawn-faces/random.js';
import { FacialLmkError, FileAccessError, ModelFileError, ModelNotFoundError } from '../../src/errors.js';
import { callExported, EXPORTED } from '../support/exported-functions.js';
import { hostileArguments } from '../support/hostile.js';

/** Wrong lists of arguments that are tried on each function; `npm run fuzz` goes on with others. */
const LISTS = 150;

const FAILURES: Readonly<Record<string, typeof FacialLmkError | undefined>> = {
  composeMergedModel: ModelFileError,
  createPool: ModelNotFoundError,
  'FacialLandmarkDetector.load': ModelNotFoundError,
  readImage: FileAccessError,
};

const isPlain = (value: unknown) =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
/** Whose first argument may be anything: what was thrown, what a stub reads here, or what only errors name. */
const TAKES_ANYTHING = ['errorToJson', 'FaceDetector.detect', 'FaceDetector.run', 'sortOutputs'];

let tried = 0;
afterAll(() => console.log(`${tried} calls of ${EXPORTED.length} functions with wrong arguments`));

describe.each(EXPORTED)('%s', (name, exported, valid) => {
  it.runIf(valid)('accepts valid arguments', async () => {
    const failure = await callExported(exported, valid ?? []).then(
      () => undefined,
      (error) => error,
    );
    // Nothing is there to be read: how far these come is enough.
    const expected = FAILURES[name];
    if (expected) expect(failure).toBeInstanceOf(expected);
    else expect(failure).toBeUndefined();
  });

  it.runIf(valid?.some(isPlain))('refuses a list, a map or bytes where an object is wanted', async () => {
    for (const [i, argument] of (valid ?? []).entries()) {
      if (!isPlain(argument) || (i === 0 && TAKES_ANYTHING.includes(name))) continue;
      for (const wrong of [
        [],
        new Map([['minScore', 0.9]]),
        new Set(['indices']),
        new Uint8Array(2),
        { minscore: 1 },
      ]) {
        await expect(callExported(exported, (valid ?? []).with(i, wrong))).rejects.toThrow(FacialLmkError);
      }
    }
  });

  it('throws nothing but errors of this library for wrong arguments', async () => {
    // What reaches for the network, threads or files of the machine has no right arguments here, and gets only wrong ones.
    for (const args of hostileArguments(valid ?? [undefined, undefined, undefined], LISTS, new Random(1))) {
      tried++;
      const outcome = await callExported(exported, args).then(
        () => undefined,
        (error) => error,
      );
      if (outcome === undefined || outcome instanceof FacialLmkError) continue;
      throw new Error(`${describeValue(outcome)} for ${args.map(describeValue).join(', ')}`, { cause: outcome });
    }
  });
});

// Options of the detector and of the pool: refused by name before anything is read or decoded.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileAccessError, InvalidOptionError } from '../../src/errors.js';
import { FacialLandmarkDetector } from '../../src/node/facial-landmark-detector.js';
import { createPool, type Pool } from '../../src/node/pool/create-pool.js';
import { DRAWN_FACES } from '../support/drawn-faces.js';

let detector: FacialLandmarkDetector;
let pool: Pool;
beforeAll(async () => {
  const { detector: detectorFile, landmarker } = DRAWN_FACES;
  detector = await FacialLandmarkDetector.load({ detector: detectorFile, landmarker });
  pool = await createPool({ detector: detectorFile, landmarker, workers: 1 });
});
afterAll(() => Promise.all([detector.close(), pool.close()]));

/** Reading it would be another error. */
const MISSING = 'no-such-image.png';

describe.each(['detector', 'pool'] as const)('%s.detect and %s.run', (name) => {
  const target = () => (name === 'pool' ? pool : detector) as FacialLandmarkDetector;

  it('read the image only with options that are right', async () => {
    await expect(target().detect(MISSING, { minScore: 0.6, decoder: 'jimp' })).rejects.toThrow(FileAccessError);
  });

  it.each<[object, string, RegExp]>([
    [{ minscore: 0.9 }, 'the options of detect', /received "minscore"\. Did you mean "minScore"\?/],
    [{ 'max-pixels': 9 }, 'the options of detect', /Did you mean "maxPixels"\?/],
    [{ smoothing: false }, 'the options of detect', /received "smoothing"/],
    [{ minScore: 2 }, 'minScore', /from 0 to 1/],
    [{ minScore: '0.5' }, 'minScore', /received "0.5"/],
    [{ minScore: null }, 'minScore', /received null/],
    [{ iouThreshold: Number.NaN }, 'iouThreshold', /received NaN/],
    [{ maxFaces: 0 }, 'maxFaces', /from 1/],
    [{ detectorSide: 100 }, 'detectorSide', /a multiple of 32/],
    [{ largeImages: 'skip' }, 'largeImages', /"reduce" or "refuse"/],
    [{ landmarkChannelOrder: ['bgr'] }, 'landmarkChannelOrder', /an array of 1/],
    [{ decoder: 'gd' }, 'decoder', /"sharp"/],
    [{ maxPixels: -1 }, 'maxPixels', /from 1/],
    [{ name: Symbol('name') }, 'name', /a string/],
    [{ signal: { throwIfAborted() {} } }, 'signal', /an AbortSignal/],
  ])('refuse %j', async (options, subject, message) => {
    const error = await target()
      .detect(MISSING, options)
      .catch((caught) => caught);
    expect(error).toBeInstanceOf(InvalidOptionError);
    expect(error).toMatchObject({ subject, message: expect.stringMatching(message) });
    await expect(target().run(MISSING, options)).rejects.toThrow(InvalidOptionError);
  });

  it.each([[null], [[]], ['minScore'], [3], [new Uint8Array(1)]])('refuse options that are %j', async (options) => {
    await expect(target().detect(MISSING, options as never)).rejects.toThrow(InvalidOptionError);
  });
});

import { checkAnyNumber, checkObject } from '../options.js';
import type { FaceQuality } from '../types.js';

const scoreOf = (name: string, quality: Pick<FaceQuality, 'score'>): number =>
  checkAnyNumber(`${name}.score`, (checkObject(name, quality) as typeof quality).score);

/**
 * The order of several pictures of one person, best first, for `sort`: the higher score of {@link FaceQuality} comes first, and equal ones
 * stay in their order.
 *
 * @throws InvalidOptionError
 */
export function byQuality(a: Pick<FaceQuality, 'score'>, b: Pick<FaceQuality, 'score'>): number {
  return scoreOf('the second quality', b) - scoreOf('the first quality', a);
}

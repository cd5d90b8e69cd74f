import type { Point } from '../types.js';
import { ERROR_GROUPS, type ErrorGroup, type Markup, outerEyeDistance } from './markup.js';

/** The error of each group of landmarks of one face. */
export type LandmarkErrors = Record<ErrorGroup, number>;

/**
 * How far the landmarks of a face lie from where they belong: the mean distance of each group's points, over the distance of
 * the true outer eye corners. The mean of that over many faces is the normalised mean error, NME.
 *
 * @param found in the markup's order, like `truth`
 */
export function landmarkErrors(found: readonly Point[], truth: readonly Point[], markup: Markup): LandmarkErrors {
  const unit = outerEyeDistance(truth, markup);
  const errors = truth.map(({ x, y }, i) => Math.hypot(found[i].x - x, found[i].y - y) / unit);
  const mean = (group: ErrorGroup) => {
    const members = markup.groups[group];
    return members.reduce((sum, i) => sum + errors[i], 0) / members.length;
  };
  return Object.fromEntries(ERROR_GROUPS.map((group) => [group, mean(group)])) as LandmarkErrors;
}

/** A face whose landmarks are further off on average counts as a failure; the cumulative error distribution ends there. */
export const MAX_ERROR = 0.1;

/**
 * Share of faces whose error is above {@link MAX_ERROR}.
 * @param errors of all faces, infinite for one that was not found
 */
export const failureRate = (errors: readonly number[]): number =>
  errors.filter((error) => !(error <= MAX_ERROR)).length / errors.length;

/**
 * Area under the cumulative error distribution (CED), the share of faces over the error that they stay within, from 0 to
 * {@link MAX_ERROR} and divided by that: 1 when every landmark is in its place, 0 when every face is a failure.
 * Each face adds to the curve from its own error on, so the area is exact.
 * @param errors of all faces, infinite for one that was not found
 */
export const areaUnderCed = (errors: readonly number[]): number =>
  errors.reduce((sum, error) => sum + Math.max(0, 1 - error / MAX_ERROR), 0) / errors.length;

import { LicenceError } from '../../errors.js';
import { type Licence, licenceNotice } from './licences.js';
import { DEFAULT_SET } from './network-sets.js';

/** What the caller wants to do with the networks: `commercial` refuses those that products may not contain. */
export type LicenceWish = 'commercial';

/**
 * Refuses networks that the wish forbids. Files of which nothing is known are refused too: nobody can say that they may be
 * used in a product.
 *
 * @param what the networks by name
 * @param licences their terms, or undefined where a file is none that is known
 * @throws LicenceError
 */
export function checkLicence(
  wish: LicenceWish | undefined,
  what: string,
  licences: readonly Licence[] | undefined,
): void {
  if (wish === undefined) return;
  const forbidding = licences?.find(({ commercialUse }) => !commercialUse);
  if (licences && !forbidding) return;
  throw new LicenceError({
    name: 'the networks',
    expected: 'a set that may be used in products',
    received: `${what}: ${forbidding ? licenceNotice(forbidding) : 'files whose licence is unknown'}`.replace(
      /\.$/,
      '',
    ),
    hint: forbidding
      ? `Use the set "${DEFAULT_SET}".`
      : `Use the set "${DEFAULT_SET}", or leave the licence out once you have read the terms of these files.`,
  });
}

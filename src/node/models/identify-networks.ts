import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import type { NetworksIdentity } from '../../runtime/receipt.js';
import { MISSING_PACKAGE } from '../package-paths.js';
import { type Licence, licenceExpression } from './licences.js';
import { modelDigest } from './model-digest.js';
import { packagedPath } from './model-folders.js';
import { modelReadError } from './model-read-error.js';
import { isFetched, type NetworkFile } from './model-table.js';
import { filesOf, licencesOf, NETWORK_SETS } from './network-sets.js';

/** A network to open: the path of an ONNX file, or its bytes. */
export type NetworkSource = string | Uint8Array;

export interface Identified extends NetworksIdentity {
  /** The terms that hold for both, or undefined where a file is none that is known. */
  licences: readonly Licence[] | undefined;
}

/** SHA-256 of a network, in hexadecimal. */
const digestOf = async (source: NetworkSource, name?: 'detector' | 'landmarker'): Promise<string> =>
  typeof source === 'string' ? modelDigest(source, name) : createHash('sha256').update(source).digest('hex');

async function bytesOf(source: NetworkSource): Promise<number> {
  if (typeof source !== 'string') return source.byteLength;
  const { size } = await stat(source).catch((cause) => {
    throw modelReadError(source, cause);
  });
  return size;
}

async function hasDigest(file: NetworkFile, source: NetworkSource, digest: string): Promise<boolean> {
  if (isFetched(file)) return 'sha256' in file.digest && file.digest.sha256 === digest;
  // A bundle without the package has none of its own files, and knows no copy of them.
  if (MISSING_PACKAGE !== undefined) return false;
  // Files of different lengths need no reading.
  const path = packagedPath(file);
  return (await bytesOf(path)) === (await bytesOf(source)) && (await digestOf(path)) === digest;
}

/** The known network with these bytes, whatever its file is called. */
async function knownFile(source: NetworkSource, digest: string): Promise<NetworkFile | undefined> {
  const files = [...new Set(Object.values(NETWORK_SETS).flatMap(filesOf))];
  // One of the package's own files needs no reading again.
  const packaged = files.find((file) => !isFetched(file) && packagedPath(file) === source);
  if (packaged) return packaged;
  // Those whose digests are pinned need no reading.
  files.sort((a, b) => Number(isFetched(b)) - Number(isFetched(a)));
  for (const file of files) if (await hasDigest(file, source, digest)) return file;
  return undefined;
}

/**
 * Says which networks two files are, by their bytes: names prove nothing.
 * @throws ModelNotFoundError, ModelFileError for a file that cannot be read
 */
export async function identifyNetworks(sources: {
  detector: NetworkSource;
  landmarker: NetworkSource;
}): Promise<Identified> {
  const digests = {
    detector: await digestOf(sources.detector, 'detector'),
    landmarker: await digestOf(sources.landmarker, 'landmarker'),
  };
  const detector = await knownFile(sources.detector, digests.detector);
  const landmarker = await knownFile(sources.landmarker, digests.landmarker);
  const set = Object.values(NETWORK_SETS).find((one) => one.detector === detector && one.landmarker === landmarker);
  const licences = detector && landmarker && licencesOf({ detector, landmarker });
  return { set: set?.name ?? 'custom', licence: licences ? licenceExpression(licences) : 'unknown', digests, licences };
}

import { packagedPath } from '../../src/node/models/model-folders.js';
import { NETWORK_SETS } from '../../src/node/models/network-sets.js';

const { detector, landmarker } = NETWORK_SETS['drawn-faces'];

/** The files of the networks that know drawn faces. */
export const DRAWN_FACES = { detector: packagedPath(detector), landmarker: packagedPath(landmarker) };

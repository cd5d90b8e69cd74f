import type { Licence } from './licences.js';
import {
  DETECTOR,
  DRAWN_FACES_DETECTOR,
  DRAWN_FACES_LANDMARKER,
  type KnownModel,
  LANDMARKER,
  MEDIAPIPE_DETECTOR,
  MEDIAPIPE_LANDMARKER,
  MERGED,
  type NetworkFile,
  YUNET_DETECTOR,
} from './model-table.js';

/** How well a set does, as `facial-lmk evaluate` measures it. */
export interface Measured {
  /** Photographs with landmarks set by hand. */
  data: string;
  images: number;
  /** Faces that were found; each photograph has one that counts. */
  found: number;
  /** Mean distance to the 68 points, in distances of the outer eye corners. */
  nme: number;
  nmeWithoutContour: number;
}

/** A detector and a landmark network that are meant for each other. */
export interface NetworkSet {
  readonly name: NetworkSetName;
  /** For whom it is, in a few words. */
  readonly purpose: string;
  readonly detector: NetworkFile;
  readonly landmarker: NetworkFile;
  /** Both as one graph by somebody else, which only comparisons need. */
  readonly merged?: KnownModel | undefined;
  /** Left out where this project has not measured it. */
  readonly measured?: Measured | undefined;
}

export const NETWORK_SET_NAMES = ['mediapipe', 'insightface', 'yunet', 'drawn-faces'] as const;
export type NetworkSetName = (typeof NETWORK_SET_NAMES)[number];

/** What runs where nothing else is asked for. */
export const DEFAULT_SET: NetworkSetName = 'mediapipe';

export const NETWORK_SETS: Readonly<Record<NetworkSetName, NetworkSet>> = {
  mediapipe: {
    name: 'mediapipe',
    purpose: 'photographs, also in products; the default',
    detector: MEDIAPIPE_DETECTOR,
    landmarker: MEDIAPIPE_LANDMARKER,
    measured: {
      data: 'HELEN, photographs of its training part with one large face each',
      images: 140,
      found: 140,
      nme: 0.054,
      nmeWithoutContour: 0.044,
    },
  },
  insightface: {
    name: 'insightface',
    purpose: 'photographs, for research: the networks of the merged model, the reference of this project',
    detector: DETECTOR,
    landmarker: LANDMARKER,
    merged: MERGED,
  },
  yunet: {
    name: 'yunet',
    purpose: 'photographs, also in products: a small detector before the landmarks of mediapipe',
    detector: YUNET_DETECTOR,
    landmarker: MEDIAPIPE_LANDMARKER,
  },
  'drawn-faces': {
    name: 'drawn-faces',
    purpose: 'the cartoon faces of drawScene, for tests; never photographs',
    detector: DRAWN_FACES_DETECTOR,
    landmarker: DRAWN_FACES_LANDMARKER,
  },
};

export const isSetName = (name: string): name is NetworkSetName => Object.hasOwn(NETWORK_SETS, name);

/** Both files of a set. */
export const filesOf = ({ detector, landmarker }: Pick<NetworkSet, 'detector' | 'landmarker'>) =>
  [detector, landmarker] as const;

/** All terms that hold for both files, each once. */
export function licencesOf(set: Pick<NetworkSet, 'detector' | 'landmarker'>): Licence[] {
  const licences = filesOf(set).map(({ licence }) => licence);
  return licences.filter(({ name }, i) => licences.findIndex((other) => other.name === name) === i);
}

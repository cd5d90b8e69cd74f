import { type OverlayShape, overlayShapes, overlaySvg } from '../web/index.js';
import type { ShownFace } from './shown-face.js';

/** The parts of an overlay that can be switched, and the switch of the crops. */
export interface Layers {
  box: boolean;
  keypoints: boolean;
  landmarks: boolean;
  labels: boolean;
  indices: boolean;
  crops: boolean;
}

const LAYER_OF_PART: Partial<Record<OverlayShape['part'], keyof Layers>> = {
  box: 'box',
  keypoint: 'keypoints',
  score: 'labels',
  index: 'indices',
};

/** What to draw over an image of this size, as an SVG document. */
export function layersSvg(
  faces: readonly ShownFace[],
  layers: Layers,
  { width, height }: { width: number; height: number },
): string {
  // A followed face is called by its number, too.
  const names = faces.map(({ id }) => (id === undefined ? '' : `#${id}`));
  const shapes = overlayShapes(faces, { width, height, indices: layers.indices, names });
  const switchedOn = shapes.filter(({ part }) => layers[LAYER_OF_PART[part] ?? 'landmarks']);
  return overlaySvg(switchedOn, { width, height });
}

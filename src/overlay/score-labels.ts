import { boxAround } from '../face/box-around.js';
import type { Box, FaceData } from '../types.js';
import { grown } from './boxes.js';
import { OVERLAY_COLORS } from './colors.js';
import type { DrawingSizes } from './drawing-sizes.js';
import { textWidth } from './font.js';
import { placeScore, type ScoreSurroundings } from './place-score.js';
import type { LabelShape } from './shape.js';

/** Landmarks further outside of their box, as a share of its side, are mistakes, not a part of the face. */
const MOST_OUTSIDE = 0.3;

/** What of an image a face takes: its box and the landmarks that lie around it. */
export function faceArea({ box, landmarksFloat }: FaceData): Box {
  const area = boxAround([
    { x: box.x1, y: box.y1 },
    { x: box.x2, y: box.y2 },
  ]);
  const near = grown(area, MOST_OUTSIDE * Math.max(area.x2 - area.x1, area.y2 - area.y1));
  for (const { x, y } of landmarksFloat) {
    if (!(x >= near.x1 && x <= near.x2 && y >= near.y1 && y <= near.y2)) continue;
    area.x1 = Math.min(area.x1, x);
    area.x2 = Math.max(area.x2, x);
    area.y1 = Math.min(area.y1, y);
    area.y2 = Math.max(area.y2, y);
  }
  return area;
}

/**
 * The scores of all faces, each at its face.
 * @param names what stands before the scores
 * @param around `labels` gets the places of the scores
 */
export function scoreLabels(
  faces: readonly FaceData[],
  sizes: readonly DrawingSizes[],
  names: readonly string[],
  around: ScoreSurroundings & { labels: Box[] },
): LabelShape[] {
  return faces.map((face, i): LabelShape => {
    const { score: size, scoreEdge: edge, box, boxEdge } = sizes[i];
    const text = [names[i], face.score.toFixed(2)].filter(Boolean).join(' ');
    const gap = box / 2 + boxEdge + 2 * edge;
    const place = placeScore(around.faces[i], size * textWidth(text), size, gap, around);
    around.labels.push(place);
    const at = { x: place.x1, y: place.y1 };
    return { kind: 'label', face: i, part: 'score', color: OVERLAY_COLORS.box, edge, at, text, size };
  });
}

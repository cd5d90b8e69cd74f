import { boxAround } from '../face/box-around.js';
import { LANDMARK_GROUPS, LANDMARK_PATHS } from '../landmark106/groups.js';
import type { Box, FaceData, Point } from '../types.js';
import { grown, sharedArea } from './boxes.js';
import { OVERLAY_COLORS } from './colors.js';
import type { DrawingSizes } from './drawing-sizes.js';
import { textWidth } from './font.js';
import { placeLabel } from './place-label.js';
import type { LabelShape } from './shape.js';

const GROUPS: readonly (readonly number[])[] = Object.values(LANDMARK_GROUPS);

/** The points by which a face is known: these get their index first, and on a face of 60 pixels hardly any other does. */
const LEADING_INDICES = [86, 38, 92, 52, 61, 0, 1, 17, 35, 39, 89, 93, 43, 101, 71, 53];
const everyNth = (step: number) =>
  Object.values(LANDMARK_PATHS).flatMap(({ indices }) => indices.filter((_, i) => i % step === 0));
/** Who gets a label first: then every fourth point along the lines, every second, all, and what lies on no line. */
const INDEX_ORDER = [...new Set([...LEADING_INDICES, ...[4, 2, 1].flatMap(everyNth), ...GROUPS.flat()])];

/** Share of the face's box that index labels may cover. */
const MAX_LABEL_SHARE = 1 / 6;
/** The widest index. */
const LONGEST_INDEX = '100';

/** By landmark: the middle of its group. */
function groupMiddles(landmarks: readonly Point[]): Map<number, Point> {
  return new Map(
    GROUPS.flatMap((indices) => {
      const mean = (of: (point: Point) => number) =>
        indices.reduce((sum, i) => sum + of(landmarks[i]), 0) / indices.length;
      const middle = { x: mean(({ x }) => x), y: mean(({ y }) => y) };
      return indices.map((i): [number, Point] => [i, middle]);
    }),
  );
}

/**
 * Indices outside their points as seen from the middle of the group, or wherever beside them there is room.
 * @param index the face's place among all
 * @param around the image, what other faces take, and other labels; those of the new ones are added
 */
export function indexLabels(
  face: FaceData,
  index: number,
  sizes: DrawingSizes,
  around: { within: Box; faces: readonly Box[]; labels: Box[] },
): LabelShape[] {
  const { index: size, indexEdge: edge, clearance } = sizes;
  const { box, landmarksFloat: points } = face;
  const middles = groupMiddles(points);
  let room = MAX_LABEL_SHARE * Math.abs((box.x2 - box.x1) * (box.y2 - box.y1));
  // Where labels of these points can lie.
  const reach = grown(boxAround(points), 2 * size * textWidth(LONGEST_INDEX) + 4 * size + 2 * clearance);
  const taken = around.labels.filter((other) => sharedArea(other, reach) > 0);
  const avoided = around.faces.filter((other, i) => i !== index && sharedArea(other, reach) > 0);
  return INDEX_ORDER.flatMap((i) => {
    const point = points[i];
    const middle = middles.get(i) ?? point;
    const text = String(i);
    const width = size * textWidth(text);
    if (!(room >= width * size)) return [];
    const place = placeLabel(
      { point, away: { x: point.x - middle.x, y: point.y - middle.y }, width, height: size, clearance },
      { within: around.within, taken, avoided, points, gap: size / 6 },
    );
    if (!place) return [];
    room -= width * size;
    taken.push(place);
    around.labels.push(place);
    const at = { x: place.x1, y: place.y1 };
    return [{ kind: 'label', face: index, part: 'index', color: OVERLAY_COLORS.index, edge, at, text, size }];
  });
}

import type { Box } from '../types.js';
import { grown, sharedArea } from './boxes.js';
import { clamp } from './drawing-sizes.js';

/** What a score may not cover where there is room. */
export interface ScoreSurroundings {
  /** The label lies inside wherever it fits. */
  within: Box;
  faces: readonly Box[];
  labels: readonly Box[];
}

/** How far beside its box a score may stand, in heights of the label. */
const STEPS = [0, 0.75, 1.5, 2.5];
/** What a covered pixel costs: on a label it makes both unreadable, on another face it hides that and seems to belong to it. */
const LABEL_COVERED = 4;
const OWN_COVERED = 0.3;
/** In the middle of a face, where its features are, a pixel costs so much more. */
const MIDDLE_COVERED = 3;
/** What is not the middle, as a share of the face's smaller side. */
const RIM = 0.2;

/** A face with its middle and what one of its pixels costs. */
interface Neighbour {
  area: Box;
  middle: Box;
  cost: number;
}

function neighbour(area: Box, own: Box): Neighbour {
  const rim = RIM * Math.min(area.x2 - area.x1, area.y2 - area.y1);
  return { area, middle: grown(area, -rim), cost: area === own ? OWN_COVERED : 1 };
}

/** Where a label of this size can stand at a box: above, below, beside it, and further out. The best places first. */
function places(box: Box, width: number, height: number, gap: number): { x: number; y: number }[] {
  const right = box.x2 - width;
  const middle = (box.x1 + right) / 2;
  const beside = STEPS.flatMap((step) => {
    const out = gap + step * height;
    const [above, below] = [box.y1 - height - out, box.y2 + out];
    const [before, behind] = [box.x1 - width - out, box.x2 + out];
    const columns = [box.x1, right, middle];
    const rows = [box.y1, box.y2 - height, (box.y1 + box.y2 - height) / 2];
    return [
      ...columns.map((x) => ({ x, y: above })),
      ...columns.map((x) => ({ x, y: below })),
      ...rows.flatMap((y) => [
        { x: behind, y },
        { x: before, y },
      ]),
    ];
  });
  // In a crowd the corners of the own box are the least harm.
  const corners = [box.y1 + gap, box.y2 - height - gap].flatMap((y) =>
    [box.x1 + gap, right - gap].map((x) => ({ x, y })),
  );
  return [...beside, ...corners];
}

/**
 * Where the score of a face stands: at its box, covering no face and no other label; where all such places are taken, the one
 * that covers least.
 *
 * @param area what the face takes, one of `around.faces`
 * @param gap to leave between the label and the face
 */
export function placeScore(area: Box, width: number, height: number, gap: number, around: ScoreSurroundings): Box {
  const { within } = around;
  const reach = grown(area, Math.max(width, height) + (STEPS[STEPS.length - 1] + 1) * height + 2 * gap);
  const near = (boxes: readonly Box[]) => boxes.filter((other) => sharedArea(other, reach) > 0);
  const faces = near(around.faces).map((face) => neighbour(face, area));
  const labels = near(around.labels);
  let [found, least]: [Box | undefined, number] = [undefined, Number.POSITIVE_INFINITY];
  for (const place of places(area, width, height, gap)) {
    const x1 = clamp(place.x, within.x1, Math.max(within.x1, within.x2 - width));
    const y1 = clamp(place.y, within.y1, Math.max(within.y1, within.y2 - height));
    const label = { x1, y1, x2: x1 + width, y2: y1 + height };
    const kept = grown(label, gap / 2);
    let covered = 0;
    for (const face of faces) {
      covered += face.cost * (sharedArea(kept, face.area) + MIDDLE_COVERED * sharedArea(label, face.middle));
    }
    for (const other of labels) covered += LABEL_COVERED * sharedArea(kept, other);
    if (covered < least) [found, least] = [label, covered];
    if (covered === 0) break;
  }
  return found ?? { x1: within.x1, y1: within.y1, x2: within.x1 + width, y2: within.y1 + height };
}

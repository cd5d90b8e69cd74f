import { boxAround } from '../face/box-around.js';
import { boxIou } from '../face/box-iou.js';
import type { Box, Point } from '../types.js';
import type { TruthFace } from './ground-truth.js';
import { markupOf } from './markup.js';

/** What counts of a found face. */
export interface FoundFace {
  score: number;
  box: Box;
  /** 106 points */
  landmarksFloat: readonly Point[];
}

/**
 * How well a found face covers a labelled one, in [0, 1]: the intersection over union of their boxes. Where only landmarks
 * are labelled, the box around them is compared with the found box and with the box around the same landmarks of the found
 * face, and the better one counts: detectors draw boxes of their own kinds, some with forehead and ears, and a face
 * that was found is not missed for that.
 */
export function faceOverlap(found: FoundFace, { box, landmarks = [] }: TruthFace): number {
  if (box) return boxIou(found.box, box);
  const labelled = boxAround(landmarks);
  const same = markupOf(landmarks)?.convert(found.landmarksFloat) ?? [];
  return Math.max(boxIou(found.box, labelled), boxIou(boxAround(same), labelled));
}

import { boxIou } from '../face/box-iou.js';
import type { Box } from '../types.js';

/** A found face as matching sees it. */
interface Found {
  box: Box;
  score: number;
}

/** A labelled face as matching sees it. */
interface Labelled {
  box: Box;
  ignored?: true | undefined;
}

/** The index of the labelled face that a detection found; `ignored` when it found one that does not count. */
export type Match = number | 'ignored' | undefined;

/** Overlap from which on a detection has found a face. */
export const MIN_IOU = 0.5;

/**
 * Which labelled face each detection found, by the rule of the PASCAL VOC challenge (Everingham et al., "The Pascal Visual Object
 * Classes (VOC) Challenge", 2010): the best scores first, each takes the face that it overlaps most when their
 * intersection over union is at least 0.5. A second one on the same face has found nothing.
 *
 * @returns for each detection in the order of `found`
 */
export function matchDetections(found: readonly Found[], labelled: readonly Labelled[]): Match[] {
  const matches = new Array<Match>(found.length).fill(undefined);
  const taken = new Set<number>();
  const order = [...found.keys()].sort((a, b) => found[b].score - found[a].score);
  for (const detection of order) {
    const ious = labelled.map(({ box }) => boxIou(found[detection].box, box));
    const best = ious.indexOf(Math.max(...ious));
    if (!(ious[best] >= MIN_IOU)) continue;
    if (labelled[best].ignored) matches[detection] = 'ignored';
    else if (!taken.has(best)) matches[detection] = best;
    taken.add(best);
  }
  return matches;
}

import { type FoundFace, faceOverlap } from './face-overlap.js';
import type { TruthFace } from './ground-truth.js';

/** The index of the labelled face that a detection found; `ignored` when it found one that does not count. */
export type Match = number | 'ignored' | undefined;

/** Overlap from which on a detection has found a face. */
export const MIN_OVERLAP = 0.5;

/**
 * Which labelled face each detection found, by the rule of the PASCAL VOC challenge (Everingham et al., "The Pascal Visual Object
 * Classes (VOC) Challenge", 2010): the best scores first, each takes the face that it overlaps most when that is at
 * least 0.5. A second one on the same face has found nothing.
 *
 * @returns for each detection in the order of `found`
 */
export function matchDetections(found: readonly FoundFace[], labelled: readonly TruthFace[]): Match[] {
  const matches = new Array<Match>(found.length).fill(undefined);
  const taken = new Set<number>();
  const order = [...found.keys()].sort((a, b) => found[b].score - found[a].score);
  for (const detection of order) {
    const overlaps = labelled.map((face) => faceOverlap(found[detection], face));
    const best = overlaps.indexOf(Math.max(...overlaps));
    if (!(overlaps[best] >= MIN_OVERLAP)) continue;
    if (labelled[best].ignored) matches[detection] = 'ignored';
    else if (!taken.has(best)) matches[detection] = best;
    taken.add(best);
  }
  return matches;
}

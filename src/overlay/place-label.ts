import type { Box, Point } from '../types.js';
import { apart, inside, sharedArea } from './boxes.js';

export interface LabelPlace {
  /** What the label stands beside. */
  point: Point;
  /** The direction in which it would best lie; any length. */
  away: Point;
  width: number;
  height: number;
  /** Room to leave around the point. */
  clearance: number;
}

export interface LabelSurroundings {
  /** The label lies wholly inside. */
  within: Box;
  /** What it must not touch. */
  taken: readonly Box[];
  /** What it should not touch where it can be avoided, such as other faces. */
  avoided: readonly Box[];
  /** What it should not cover where it can be avoided. */
  points: readonly Point[];
  /** Distance to keep from what is taken. */
  gap: number;
}

/** Directions tried, as turns off the best one; distances tried, in heights of the label further out. */
const TURNS = Array.from({ length: 16 }, (_, i) => ((i % 2 === 0 ? 1 : -1) * Math.ceil(i / 2) * Math.PI) / 8);
const STEPS = [0, 0.5, 1, 1.5];
/** A covered point is worse than any direction. */
const COVERED = 2;
/** And to lie on another face is worse than a covered point of the own one. */
const TOUCHED = 3;

/** The box around a point's neighbourhood, so that it touches the square of the clearance in that direction. */
function boxBeside({ point, width, height, clearance }: LabelPlace, angle: number, further: number): Box {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const halves = [width / 2 + clearance, height / 2 + clearance];
  const distance = Math.min(halves[0] / Math.abs(cos), halves[1] / Math.abs(sin)) + further;
  const x1 = point.x + distance * cos - width / 2;
  const y1 = point.y + distance * sin - height / 2;
  return { x1, y1, x2: x1 + width, y2: y1 + height };
}

/**
 * Where a label finds room beside its point: the direction and distance that cover the fewest other points, then those
 * nearest to the best ones. Undefined where every place is taken, and for a point without a finite position.
 */
export function placeLabel(
  place: LabelPlace,
  { within, taken, avoided, points, gap }: LabelSurroundings,
): Box | undefined {
  const best = Math.atan2(place.away.y, place.away.x);
  let [found, least]: [Box | undefined, number] = [undefined, Number.POSITIVE_INFINITY];
  for (const step of STEPS) {
    for (const turn of TURNS) {
      let cost = step + Math.abs(turn) / Math.PI;
      // Most places are worse than one that was found, whatever they cover.
      if (cost >= least) continue;
      const box = boxBeside(place, best + turn, step * place.height);
      if (!inside(box, within) || !taken.every((other) => apart(box, other, gap))) continue;
      if (avoided.some((other) => sharedArea(box, other) > 0)) cost += TOUCHED;
      for (const { x, y } of points) if (x > box.x1 && x < box.x2 && y > box.y1 && y < box.y2) cost += COVERED;
      if (cost < least) [found, least] = [box, cost];
    }
  }
  return found;
}

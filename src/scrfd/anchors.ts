import { type Check, type ChecksOf, fields, integerIn } from '../check-options.js';
import { checkSide } from './check-side.js';
import { checkScrfdSpec, SCRFD, type ScrfdSpec } from './spec.js';

/** One level of the feature pyramid: a square grid of cells. */
export interface AnchorLevel {
  stride: number;
  /** Cells along one side of the grid. */
  cells: number;
  anchorsPerCell: number;
  /** Rows of this level's outputs: `cells^2 * anchorsPerCell`, by cell row, cell column, anchor. */
  rows: number;
}

const size = integerIn(1, 2 ** 16);

/** Refuses anything but a level. */
export const checkAnchorLevel: Check<AnchorLevel> = fields({
  stride: size,
  cells: size,
  anchorsPerCell: size,
  rows: integerIn(1, 2 ** 30),
} satisfies ChecksOf<AnchorLevel>);

/**
 * The levels of a detector input of `side` pixels, finest first.
 * @throws InvalidOptionError for a side that no such detector takes
 */
export function anchorLevels(side: number, spec: ScrfdSpec = SCRFD): AnchorLevel[] {
  return levelsOf(checkSide('side', side, checkScrfdSpec('spec', spec)), spec);
}

/** {@link anchorLevels} without the checks. */
export function levelsOf(side: number, { strides, anchorsPerCell }: ScrfdSpec): AnchorLevel[] {
  return strides.map((stride) => {
    const cells = side / stride;
    return { stride, cells, anchorsPerCell, rows: cells * cells * anchorsPerCell };
  });
}

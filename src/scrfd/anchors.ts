import { SCRFD, type ScrfdSpec } from './spec.js';

/** One level of the feature pyramid: a square grid of cells. */
export interface AnchorLevel {
  stride: number;
  /** Cells along one side of the grid. */
  cells: number;
  anchorsPerCell: number;
  /** Rows of this level's outputs: `cells^2 * anchorsPerCell`, by cell row, cell column, anchor. */
  rows: number;
}

/** The levels of a detector input of `side` pixels, finest first. */
export function anchorLevels(side: number, { strides, anchorsPerCell }: ScrfdSpec = SCRFD): AnchorLevel[] {
  return strides.map((stride) => {
    const cells = side / stride;
    return { stride, cells, anchorsPerCell, rows: cells * cells * anchorsPerCell };
  });
}

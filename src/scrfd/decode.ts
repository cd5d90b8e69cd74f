import { InferenceError } from '../errors.js';
import { checkAnyNumber, checkArray, checkFloats, checkList, checkObject } from '../options.js';
import { type AnchorLevel, checkAnchorLevel } from './anchors.js';
import type { ScrfdOutputs } from './contract.js';
import { SCRFD } from './spec.js';

const f32 = Math.fround;

/** Decoded rows above the threshold, in the order of the network's rows. Detector input pixels. */
export interface Candidates {
  /** Row over the concatenation of the levels. */
  rows: Int32Array;
  scores: Float32Array;
  /** `(n, 4)` x1 y1 x2 y2 */
  boxes: Float32Array;
  /** `(n, 10)` five times x y */
  keypoints: Float32Array;
}

function checkOutputs(outputs: ScrfdOutputs, levels: readonly AnchorLevel[]): void {
  const { scores, boxes, keypoints } = checkObject('outputs', outputs) as ScrfdOutputs;
  checkOutput('outputs.scores', scores, SCRFD.scoreLength, levels);
  checkOutput('outputs.boxes', boxes, SCRFD.boxLength, levels);
  checkOutput('outputs.keypoints', keypoints, SCRFD.keypointLength, levels);
}

function checkOutput(name: string, values: unknown, rowLength: number, levels: readonly AnchorLevel[]): void {
  const ofLevels = checkArray(name, values, levels.length);
  for (let i = 0; i < levels.length; i++) checkFloats(`${name}[${i}]`, ofLevels[i], levels[i].rows * rowLength);
}

/**
 * Turns anchor-relative outputs into boxes and key points, only where `score > minScore`.
 * The anchor centre of a cell is `(column, row) * stride`, without a half-cell offset; a box side lies
 * `distance * stride` from it, a key point `offset * stride`. Strides are powers of two, so every value is rounded once.
 *
 * @throws InvalidOptionError for outputs that do not fit the levels
 * @throws InferenceError for a score that is no probability, or a candidate with coordinates that are not finite
 */
export function decodeAnchors(outputs: ScrfdOutputs, levels: readonly AnchorLevel[], minScore: number): Candidates {
  checkAnyNumber('minScore', minScore);
  checkOutputs(outputs, checkList('levels', levels, checkAnchorLevel));
  return decodeRows(outputs, levels, minScore);
}

/**
 * {@link decodeAnchors} without the checks.
 * @throws InferenceError
 */
export function decodeRows(outputs: ScrfdOutputs, levels: readonly AnchorLevel[], minScore: number): Candidates {
  const found = findAbove(outputs.scores, f32(minScore));
  const rows = new Int32Array(found.length);
  const scores = new Float32Array(found.length);
  const boxes = new Float32Array(found.length * SCRFD.boxLength);
  const keypoints = new Float32Array(found.length * SCRFD.keypointLength);
  let firstRow = 0;
  let n = 0;
  levels.forEach(({ stride, cells, anchorsPerCell, rows: levelRows }, level) => {
    const distances = outputs.boxes[level];
    const offsets = outputs.keypoints[level];
    for (; n < found.length && found[n] < firstRow + levelRows; n++) {
      const row = found[n] - firstRow;
      const cell = Math.floor(row / anchorsPerCell);
      const cx = (cell % cells) * stride;
      const cy = Math.floor(cell / cells) * stride;
      rows[n] = found[n];
      scores[n] = outputs.scores[level][row];
      const from = row * SCRFD.boxLength;
      boxes[n * 4] = cx - distances[from] * stride;
      boxes[n * 4 + 1] = cy - distances[from + 1] * stride;
      boxes[n * 4 + 2] = cx + distances[from + 2] * stride;
      boxes[n * 4 + 3] = cy + distances[from + 3] * stride;
      for (let k = 0; k < SCRFD.keypointLength; k += 2) {
        keypoints[n * 10 + k] = cx + offsets[row * 10 + k] * stride;
        keypoints[n * 10 + k + 1] = cy + offsets[row * 10 + k + 1] * stride;
      }
    }
    firstRow += levelRows;
  });
  checkCandidates(scores, boxes, keypoints);
  return { rows, scores, boxes, keypoints };
}

/** Detects a damaged network file, or another network that has the right shapes by chance. */
function checkCandidates(scores: Float32Array, boxes: Float32Array, keypoints: Float32Array): void {
  const badScore = scores.find((score) => !(score <= 1));
  if (badScore === undefined && boxes.every(Number.isFinite) && keypoints.every(Number.isFinite)) return;
  throw new InferenceError({
    name: 'the detector outputs',
    expected: 'probabilities, and finite boxes and key points wherever a score passes,',
    received: badScore === undefined ? 'coordinates that are not finite' : `a score of ${badScore}`,
    hint: 'The network file is damaged, or it is another network with the same shapes.',
  });
}

/**
 * Rows over all levels whose score is above the threshold, or NaN. The only pass over all anchors. Nearly all scores are below,
 * so four are compared at once, which takes half the time.
 */
function findAbove(scores: readonly Float32Array[], threshold: number): number[] {
  const found: number[] = [];
  let firstRow = 0;
  for (const level of scores) {
    const rows = level.length;
    for (let row = 0; row < rows; row += 4) {
      const dismissed =
        level[row] <= threshold &&
        level[row + 1] <= threshold &&
        level[row + 2] <= threshold &&
        level[row + 3] <= threshold;
      if (dismissed) continue;
      for (let i = row; i < Math.min(row + 4, rows); i++) {
        if (!(level[i] <= threshold)) found.push(firstRow + i);
      }
    }
    firstRow += rows;
  }
  return found;
}

import { MAX_ERROR } from './error-distribution.js';
import type { BoxFigures, EvaluationFigures, LandmarkFigures } from './evaluation.js';
import { ERROR_GROUPS, type ErrorGroup } from './markup.js';
import { MIN_OVERLAP } from './match-detections.js';

const GROUP_NAMES: Record<ErrorGroup, string> = {
  all: 'all points',
  withoutContour: 'without contour',
  contour: 'contour',
  brows: 'brows',
  nose: 'nose',
  eyes: 'eyes',
  mouth: 'mouth',
};

const decimal = (value: number | undefined, digits: number) => value?.toFixed(digits) ?? '-';
const row = (name: string, value: string, remark = '') => `  ${name.padEnd(20)}${value}${remark && `  ${remark}`}`;

function boxLines({ images, faces, found, recall, falsePositives, precision, averagePrecision }: BoxFigures): string[] {
  return [
    `Boxes (${images} photographs whose faces all have one; overlap from ${MIN_OVERLAP} on)`,
    row('found', `${found} of ${faces}`, `recall ${decimal(recall, 3)}`),
    row('false positives', String(falsePositives), `precision ${decimal(precision, 3)}`),
    row('average precision', decimal(averagePrecision, 3)),
  ];
}

function landmarkLines(figures: LandmarkFigures): string[] {
  const { points, faces, found, recall, nme } = figures;
  return [
    `${points} landmarks (mean distance / distance of the outer eye corners, over the faces found)`,
    row('found', `${found} of ${faces}`, `recall ${decimal(recall, 3)}`),
    ...ERROR_GROUPS.map((group) => row(GROUP_NAMES[group], decimal(nme?.[group], 4))),
    row('failure rate', decimal(figures.failureRate, 3), `missed, or above ${MAX_ERROR}`),
    row('area under CED', decimal(figures.areaUnderCed, 3), `up to ${MAX_ERROR}`),
  ];
}

/** The figures as text to read, a line break at the end. */
export function formatEvaluation({ images, boxes, landmarks }: EvaluationFigures): string {
  const lines = [
    `Photographs measured: ${images}`,
    ...(boxes ? boxLines(boxes) : []),
    ...landmarks.flatMap(landmarkLines),
  ];
  return `${lines.join('\n')}\n`;
}

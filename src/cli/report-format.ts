import type { ResultJson } from '../detector/result-to-json.js';
import { LANDMARK106 } from '../landmark106/spec.js';
import { KEYPOINT_NAMES } from '../types.js';
import { csvLine, csvName } from './csv-line.js';
import { printableJson } from './printable.js';

/** Turns reports into text, image by image, so that any number of them needs constant memory. */
export interface ReportFormat {
  start: string;
  /** @param index of the image among those reported, from 0 */
  report(report: ResultJson, index: number): string;
  end: string;
}

const xy = (name: string) => [`${name}_x`, `${name}_y`];

const CSV_COLUMNS = [
  ...['image', 'width', 'height', 'decoder', 'face', 'score', 'x1', 'y1', 'x2', 'y2'],
  ...KEYPOINT_NAMES.flatMap(xy),
  ...Array.from({ length: LANDMARK106.points }, (_, i) => xy(`landmark${i}`)).flat(),
  ...['a', 'b', 'tx', 'c', 'd', 'ty'],
];

export const REPORT_FORMATS = {
  /** One array; one line for each image. */
  json: {
    start: '[',
    report: (report, index) => `${index > 0 ? ',' : ''}\n${printableJson(report)}`,
    end: '\n]\n',
  },
  /** One object for each line. */
  jsonl: { start: '', report: (report) => `${printableJson(report)}\n`, end: '' },
  /** A header, then one line for each face; an image without a face has one with its name and size alone. */
  csv: {
    start: csvLine(CSV_COLUMNS),
    report: ({ image, width, height, decoder, faces }) => {
      const about = [csvName(image), width, height, decoder];
      if (faces.length === 0) return csvLine([...about, ...CSV_COLUMNS.slice(about.length).map(() => '')]);
      return faces
        .map(({ score, bbox, keypoints, landmarks, matrix }, face) =>
          csvLine([...about, face, score, ...[bbox, keypoints, landmarks, matrix].flat(2)]),
        )
        .join('');
    },
    end: '',
  },
} as const satisfies Record<string, ReportFormat>;

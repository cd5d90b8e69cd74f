import type { ResultJson } from '../detector/result-to-json.js';
import { LANDMARK106 } from '../landmark106/spec.js';
import { KEYPOINT_NAMES } from '../types.js';

/** How reports become text, image by image, so that any number of them goes through in constant memory. */
export interface ReportFormat {
  start: string;
  /** @param index of the image among those reported, from 0 */
  report(report: ResultJson, index: number): string;
  end: string;
}

/** RFC 4180: fields with a comma, a quote or a line break are quoted, quotes doubled. */
const csvField = (value: string | number) =>
  typeof value === 'string' && /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : String(value);
const csvLine = (fields: readonly (string | number)[]) => `${fields.map(csvField).join(',')}\n`;

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
    report: (report, index) => `${index > 0 ? ',' : ''}\n${JSON.stringify(report)}`,
    end: '\n]\n',
  },
  /** One object for each line. */
  jsonl: { start: '', report: (report) => `${JSON.stringify(report)}\n`, end: '' },
  /** A header, then one line for each face; an image without a face has none. */
  csv: {
    start: csvLine(CSV_COLUMNS),
    report: ({ image, width, height, decoder, faces }) =>
      faces
        .map(({ score, bbox, keypoints, landmarks, matrix }, face) =>
          csvLine([...[image, width, height, decoder, face, score], ...[bbox, keypoints, landmarks, matrix].flat(2)]),
        )
        .join(''),
    end: '',
  },
} as const satisfies Record<string, ReportFormat>;

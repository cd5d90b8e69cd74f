import { GroundTruthError } from '../errors.js';
import type { Box, Point } from '../types.js';
import { checkTruthLandmarks, hasArea, type TruthFace, type TruthImage } from './ground-truth.js';
import { TruthJson } from './truth-json.js';

function landmarksOf(json: TruthJson, path: string, value: unknown): readonly Point[] {
  const points = json.list(path, value).map((point, i): Point => {
    const [x, y] = json.numbers(`${path}[${i}]`, point, 2);
    return { x, y };
  });
  return checkTruthLandmarks(points, json.name(path));
}

function boxOf(json: TruthJson, path: string, value: unknown): Box {
  const [x1, y1, x2, y2] = json.numbers(path, value, 4);
  return x1 <= x2 && y1 <= y2 ? { x1, y1, x2, y2 } : json.refuse(path, 'x1 <= x2 and y1 <= y2', value);
}

function faceOf(json: TruthJson, path: string, value: unknown): TruthFace {
  const { bbox, landmarks } = json.fields(path, value);
  if (bbox === undefined && landmarks === undefined) json.refuse(path, 'bbox or landmarks', value);
  const box = bbox === undefined ? undefined : boxOf(json, `${path}.bbox`, bbox);
  return {
    ...(box && { box, ...(!hasArea(box) && { ignored: true }) }),
    ...(landmarks !== undefined && { landmarks: landmarksOf(json, `${path}.landmarks`, landmarks) }),
  };
}

function imageOf(json: TruthJson, path: string, value: unknown): TruthImage {
  const at = (field: string) => (path === '' ? field : `${path}.${field}`);
  const { image, width, height, points, faces } = json.fields(path, value);
  return {
    image: json.optionalText(at('image'), image),
    width: json.optionalLength(at('width'), width),
    height: json.optionalLength(at('height'), height),
    faces:
      points === undefined
        ? json.list(at('faces'), faces).map((face, i) => faceOf(json, at(`faces[${i}]`), face))
        : [{ landmarks: landmarksOf(json, at('points'), points) }],
  };
}

function parse(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new GroundTruthError({ name, expected: 'JSON', received: (cause as Error).message, cause });
  }
}

/**
 * The faces of one or many photographs in this project's own form: what `facial-lmk detect` prints, an array of
 * `{ image, width, height, faces: [{ bbox, landmarks }] }` or one of them, each on a line of its own in a file that ends in
 * `.jsonl`. A face needs its bbox, its landmarks (106 in 2d106det's order or 68 in 300-W's), or both; `image`, `width` and `height` may
 * be missing. `points` instead of `faces` are the landmarks of the only face.
 *
 * @param name of the file, for error messages
 * @throws GroundTruthError naming the line or the field that does not fit
 */
export function parseTruthJson(text: string, name: string): TruthImage[] {
  const content = text.replace(/^\uFEFF/, '');
  if (name.toLowerCase().endsWith('.jsonl')) {
    return content.split('\n').flatMap((line, i) => {
      const place = `line ${i + 1} of ${name}`;
      return line.trim() === '' ? [] : [imageOf(new TruthJson(place), '', parse(line, place))];
    });
  }
  const json = new TruthJson(name);
  const value = parse(content, name);
  return Array.isArray(value) ? value.map((image, i) => imageOf(json, `[${i}]`, image)) : [imageOf(json, '', value)];
}

// What ground truth files say, and how damaged ones are refused: by their name and the line that does not fit.
import { describe, expect, it } from 'vitest';
import { GroundTruthError } from '../../src/errors.js';
import { parseJdLandmark } from '../../src/evaluation/parse-jd-landmark.js';
import { parsePts } from '../../src/evaluation/parse-pts.js';
import { parseTruthJson } from '../../src/evaluation/parse-truth-json.js';
import { parseWiderFace } from '../../src/evaluation/parse-wider-face.js';
import { PhotographIndex } from '../../src/evaluation/photograph-index.js';
import { faceToJson } from '../../src/face/face-to-json.js';
import { toJd106 } from '../../src/landmark106/convert.js';
import type { Point } from '../../src/types.js';
import { faceIn, noise } from '../support/face.js';

const points = (count: number) => Array.from({ length: count }, (_, i): Point => ({ x: i + 0.25, y: 2 * i }));
const rows = (list: readonly Point[]) => list.map(({ x, y }) => `${x} ${y}`);

/** What a parser says of a text. */
function refusal(parse: () => unknown): string {
  try {
    parse();
  } catch (error) {
    expect(error).toBeInstanceOf(GroundTruthError);
    return (error as Error).message;
  }
  throw new Error('nothing was refused');
}

describe('300-W points', () => {
  const lines = ['version: 1', 'n_points:  68', '{', ...rows(points(68)), '}'];
  const changed = (line: number, ...replacement: string[]) => {
    const copy = [...lines];
    copy.splice(line - 1, 1, ...replacement);
    return () => parsePts(copy.join('\n'), 'a.pts');
  };

  it('are counted from 1 in the file, from 0 here', () => {
    const [{ landmarks }] = parsePts(lines.join('\n'), 'a.pts').faces;
    expect(landmarks).toEqual(points(68).map(({ x, y }) => ({ x: x - 1, y: y - 1 })));
  });

  it('may have Windows line ends, blank lines, a byte order mark and spaces', () => {
    const text = `\uFEFF${lines.map((line) => `  ${line} `).join('\r\n\r\n')}\r\n\r\n`;
    expect(parsePts(text, 'a.pts')).toEqual(parsePts(lines.join('\n'), 'a.pts'));
  });

  it('are refused by the line that does not fit', () => {
    expect(refusal(changed(1, 'verse 1'))).toMatch(/^Expected "version: 1" for line 1 of a.pts but received "verse 1"/);
    expect(refusal(changed(2, 'n_points: 39'))).toMatch(/^Expected "n_points: 68" for line 2 of a.pts/);
    expect(refusal(changed(3))).toMatch(/^Expected "{" for line 3 /);
    expect(refusal(changed(10, '12.5'))).toMatch(/^Expected x and y of point 7 of 68 for line 10 of a.pts .* "12.5"/);
    expect(refusal(changed(10, '12.5 abc'))).toMatch(/point 7 of 68 for line 10 .* "12.5 abc"/);
    expect(refusal(changed(10, '12.5 NaN'))).toMatch(/point 7 of 68 for line 10/);
    expect(refusal(changed(10, '1 2 3'))).toMatch(/point 7 of 68 for line 10/);
    expect(refusal(changed(71))).toMatch(/point 68 of 68 for line 71 .* "}"/);
    expect(refusal(changed(72, '5 5', '}'))).toMatch(/^Expected "}" for line 72/);
    expect(refusal(changed(72))).toMatch(/^Expected "}" for line 71 of a.pts but received the end of the file/);
    expect(refusal(changed(72, '}', 'more'))).toMatch(/^Expected the end of the file for line 73/);
    expect(refusal(() => parsePts('', 'a.pts'))).toMatch(/"version: 1" for line 1 .* the end of the file/);
  });

  it('are refused when no distance of the eyes can be the unit', () => {
    const flat = [...lines];
    flat[3 + 45] = flat[3 + 36];
    expect(refusal(() => parsePts(flat.join('\n'), 'a.pts'))).toMatch(/outer eye corners that lie apart for a.pts/);
  });
});

describe('JD-landmark points', () => {
  const inOrder = points(106);
  const text = ['106', ...rows(toJd106(inOrder))].join('\n');

  it("come in 2d106det's order, counted from 0 as in the file", () => {
    expect(parseJdLandmark(text, 'a.jpg.txt')).toEqual({ faces: [{ landmarks: inOrder }] });
  });

  it('are refused by the line that does not fit', () => {
    const parse = (content: string) => () => parseJdLandmark(content, 'a.txt');
    expect(refusal(parse(text.replace('106\n', '68\n')))).toMatch(/number of points, 106 for line 1 of a.txt .* "68"/);
    expect(refusal(parse(text.split('\n').slice(0, 50).join('\n')))).toMatch(/point 50 of 106 for line 50 .* the end/);
    expect(refusal(parse(`${text}\n1 2`))).toMatch(/the end of the file for line 108/);
    expect(refusal(parse('\0\x01\x02'))).toMatch(/line 1 of a.txt/);
  });
});

describe('WIDER FACE boxes', () => {
  const name = 'wider_face_val_bbx_gt.txt';
  const text = `0--Parade/one.jpg
2
10 20 30 40 0 0 0 0 0 0
50.5 60 7 8 2 0 0 1 0 0
0--Parade/none.jpg
0
0 0 0 0 0 0 0 0 0 0
1--Handshaking/thin.jpg
1
5 6 0 9 0 0 0 0 0 0
`;

  it('are left, top, width and height; what is invalid or has no area does not count', () => {
    expect(parseWiderFace(text, name)).toEqual([
      {
        image: '0--Parade/one.jpg',
        faces: [
          { box: { x1: 10, y1: 20, x2: 40, y2: 60 } },
          { box: { x1: 50.5, y1: 60, x2: 57.5, y2: 68 }, ignored: true },
        ],
      },
      { image: '0--Parade/none.jpg', faces: [] },
      { image: '1--Handshaking/thin.jpg', faces: [{ box: { x1: 5, y1: 6, x2: 5, y2: 15 }, ignored: true }] },
    ]);
  });

  it('a photograph without a face needs no line of zeros', () => {
    const short = text.replace('0\n0 0 0 0 0 0 0 0 0 0\n', '0\n');
    expect(parseWiderFace(short, name)).toEqual(parseWiderFace(text, name));
  });

  it('are refused by the line that does not fit', () => {
    const parse = (from: string, to: string) => () => parseWiderFace(text.replace(from, to), name);
    expect(refusal(parse('2\n10', 'two\n10'))).toMatch(/the number of faces for line 2 of wider_face_val_bbx_gt.txt/);
    expect(refusal(parse('20 30 40 0', '20 x 40 0'))).toMatch(/left, top, width and height of face 1 of 2 for line 3/);
    expect(refusal(parse('50.5 60 7 8 2 0 0 1 0 0\n', ''))).toMatch(/face 2 of 2 for line 4 .* "0--Parade\/none.jpg"/);
    expect(refusal(parse('2\n10', '1\n10'))).toMatch(/the path of a photograph for line 4/);
    expect(refusal(parse('1\n5 6 0 9 0 0 0 0 0 0\n', '1\n'))).toMatch(/face 1 of 1 for line 9 .* the end of the file/);
  });
});

describe("this project's JSON", () => {
  const found = faceIn(noise(300, 200));
  const report = {
    image: 'photos/a.jpg',
    width: 300,
    height: 200,
    decoder: 'sharp',
    faces: [faceToJson(found, { subpixel: true })],
    timings: {},
  };
  const image = {
    ...{ image: 'photos/a.jpg', width: 300, height: 200 },
    faces: [{ box: found.box, landmarks: found.landmarksFloat }],
  };

  it('is what detect prints', () => {
    const nobody = { ...report, faces: [] };
    expect(parseTruthJson(JSON.stringify([report, nobody]), 'a.json')).toEqual([image, { ...image, faces: [] }]);
    expect(parseTruthJson(`\uFEFF${JSON.stringify(report, null, 2)}`, 'a.json')).toEqual([image]);
    expect(parseTruthJson(`${JSON.stringify(report)}\n\n${JSON.stringify(report)}\n`, 'a.jsonl')).toEqual([
      image,
      image,
    ]);
  });

  it('may hold boxes alone, landmarks alone, or the points of one face', () => {
    const landmarks = points(68);
    const pairs = landmarks.map(({ x, y }) => [x, y]);
    const parse = (value: object) => parseTruthJson(JSON.stringify(value), 'a.json')[0].faces;
    expect(parse({ faces: [{ bbox: [1, 2, 3, 4] }, { landmarks: pairs }] })).toEqual([
      { box: { x1: 1, y1: 2, x2: 3, y2: 4 } },
      { landmarks },
    ]);
    expect(parse({ points: pairs })).toEqual([{ landmarks }]);
    expect(parse({ faces: [{ bbox: [1, 2, 1, 4] }] })).toEqual([
      { box: { x1: 1, y1: 2, x2: 1, y2: 4 }, ignored: true },
    ]);
  });

  it('is refused by the field that does not fit', () => {
    const parse = (value: unknown) => () => parseTruthJson(JSON.stringify(value), 'a.json');
    expect(refusal(parse(5))).toMatch(/^Expected an object for a.json but received 5/);
    expect(refusal(parse([report, {}]))).toMatch(/^Expected an array for \[1\].faces of a.json but received undefined/);
    expect(refusal(parse({ ...report, width: 0.5 }))).toMatch(/a positive integer for width of a.json/);
    expect(refusal(parse({ ...report, image: 5 }))).toMatch(/a text for image of a.json/);
    expect(refusal(parse({ faces: [{}] }))).toMatch(/bbox or landmarks for faces\[0\] of a.json/);
    expect(refusal(parse({ faces: [{ bbox: [1, 2, 3] }] }))).toMatch(/4 numbers for faces\[0\].bbox of a.json/);
    expect(refusal(parse({ faces: [{ bbox: [3, 2, 1, 4] }] }))).toMatch(/x1 <= x2 and y1 <= y2 for faces\[0\].bbox/);
    expect(refusal(parse({ points: [[1, 'a']] }))).toMatch(/2 numbers for points\[0\] of a.json/);
    expect(refusal(parse({ points: [[1, 2]] }))).toMatch(/68 or 106 points for points of a.json but received 1/);
  });

  it('that is no JSON is refused with its line, where each has its own', () => {
    expect(refusal(() => parseTruthJson('[1, 2', 'a.json'))).toMatch(/^Expected JSON for a.json but received/);
    const text = `${JSON.stringify(report)}\n{"image":"cut`;
    expect(refusal(() => parseTruthJson(text, 'a.jsonl'))).toMatch(/^Expected JSON for line 2 of a.jsonl/);
    expect(refusal(() => parseTruthJson('{}\n', 'a.jsonl'))).toMatch(/an array for faces of line 1 of a.jsonl/);
  });
});

describe('which photograph a file speaks of', () => {
  const index = new PhotographIndex([
    'a.jpg',
    'train/images/1.jpg',
    'val/images/1.jpg',
    'val/images/2.jpg',
    'val/images/2.png',
    'wide/images/0--Parade/p.one.jpg',
  ]);

  it('by its name: at that path from the file, else the only one whose path fits', () => {
    expect(index.named('all.json', 'a.jpg')).toBe('a.jpg');
    expect(index.named('val/images/all.json', './1.jpg')).toBe('val/images/1.jpg');
    expect(index.named('split/gt.txt', '0--Parade/p.one.jpg')).toBe('wide/images/0--Parade/p.one.jpg');
    expect(index.named('all.json', '/elsewhere/photos/train/images/1.jpg')).toBe('train/images/1.jpg');
    expect(index.named('all.json', 'images/1.jpg')).toBeUndefined();
    expect(index.named('all.json', 'other/2.png')).toBeUndefined();
    expect(index.named('all.json', 'ages/2.png')).toBeUndefined();
    expect(index.named('all.json', '3.jpg')).toBeUndefined();
  });

  it('by being called like it, in the same folder, else in one beside it', () => {
    expect(index.calledLike('a.pts')).toEqual(['a.jpg']);
    expect(index.calledLike('train/images/1.pts')).toEqual(['train/images/1.jpg']);
    expect(index.calledLike('val/landmarks/1.jpg.txt')).toEqual(['val/images/1.jpg']);
    expect(index.calledLike('val/landmarks/2.txt')).toEqual(['val/images/2.jpg', 'val/images/2.png']);
    expect(index.calledLike('val/landmarks/2.png.txt')).toEqual(['val/images/2.png']);
    expect(index.calledLike('wide/points/p.one.pts')).toEqual([]);
    expect(index.calledLike('wide/images/points/p.one.pts')).toEqual(['wide/images/0--Parade/p.one.jpg']);
    expect(index.calledLike('readme.txt')).toEqual([]);
  });
});

// Overlays: shapes worked by hand, SVG that parses, raster that touches nothing but the shapes' surroundings.
import { describe, expect, it } from 'vitest';
import { drawScene } from '../../src/drawn-faces/draw-scene.js';
import type { Placement } from '../../src/drawn-faces/figures.js';
import { Random } from '../../src/drawn-faces/random.js';
import { InvalidOptionError } from '../../src/errors.js';
import { transformFace } from '../../src/face/transform-face.js';
import { LANDMARK_PATHS } from '../../src/landmark106/groups.js';
import { affineMatrix } from '../../src/ops/affine.js';
import { hexToRgb, OVERLAY_COLORS } from '../../src/overlay/colors.js';
import { contactSheet } from '../../src/overlay/contact-sheet.js';
import { overlayRaster } from '../../src/overlay/overlay-raster.js';
import { overlayShapes } from '../../src/overlay/overlay-shapes.js';
import { overlaySvg } from '../../src/overlay/overlay-svg.js';
import { type LabelShape, labelBox, type OverlayShape } from '../../src/overlay/shape.js';
import type { Box, FaceData, PixelImage, Point } from '../../src/types.js';
import { faceIn, noise } from '../support/face.js';

const image = noise(300, 200);
const face = faceIn(image);
const size = { width: 300, height: 200 };

const of = <K extends OverlayShape['kind']>(shapes: OverlayShape[], kind: K, part?: string) =>
  shapes.filter((shape) => shape.kind === kind && (part === undefined || shape.part === part)) as Extract<
    OverlayShape,
    { kind: K }
  >[];

const gray = (width: number, height: number, level = 128): PixelImage => ({
  data: new Uint8Array(width * height * 3).fill(level),
  width,
  height,
  channelOrder: 'rgb',
});
const pixel = ({ data, width }: PixelImage, x: number, y: number) => [
  ...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
];

describe('overlayShapes', () => {
  const shapes = overlayShapes([face], size);

  it('one face: a box with its score, nine paths, 106 landmarks, five key points', () => {
    expect(of(shapes, 'line', 'box').map(({ points, closed }) => ({ points, closed }))).toEqual([
      {
        points: [
          { x: 60, y: 50 },
          { x: 140, y: 50 },
          { x: 140, y: 130 },
          { x: 60, y: 130 },
        ],
        closed: true,
      },
    ]);
    expect(of(shapes, 'label').map(({ text }) => text)).toEqual(['0.87']);
    expect(of(shapes, 'line')).toHaveLength(1 + Object.keys(LANDMARK_PATHS).length);
    expect(of(shapes, 'disc', 'keypoint').map(({ center }) => center)).toEqual(
      face.keypoints.map(({ x, y }) => ({ x, y })),
    );
    expect(of(shapes, 'disc')).toHaveLength(106 + 5);
  });

  it('join landmarks in the order of their path', () => {
    const [bridge] = of(shapes, 'line', 'nose');
    expect(bridge.points).toEqual([72, 73, 74, 86].map((i) => face.landmarksFloat[i]));
    expect(bridge.closed).toBe(false);
  });

  it('write every index once when asked to, on a face with room', () => {
    const large = transformFace(face, affineMatrix(4, 0, 0, 0, 4, 0));
    const labels = of(overlayShapes([large], { width: 1200, height: 800, indices: true }), 'label', 'index');
    const numbers = labels.map(({ text }) => Number(text)).sort((a, b) => a - b);
    expect(numbers).toEqual(Array.from({ length: 106 }, (_, i) => i));
  });

  it('use a different colour for each kind of thing', () => {
    const parts = ['contour', 'leftBrow', 'leftEye', 'nose', 'mouth', 'keypoint'];
    const colors = parts.map((part) => of(shapes, 'disc', part)[0].color);
    expect(new Set(colors).size).toBe(parts.length);
    expect(of(shapes, 'disc', 'rightEye')[0].color).toBe(of(shapes, 'disc', 'leftEye')[0].color);
  });

  it('stay readable: at least a pixel at 300, one in 800 at 6000', () => {
    const widths = (scale: number) => {
      const scaled = transformFace(face, affineMatrix(scale, 0, 0, 0, scale, 0));
      const drawn = overlayShapes([scaled], { width: 300 * scale, height: 200 * scale });
      return {
        box: of(drawn, 'line', 'box')[0].width,
        mouth: of(drawn, 'line', 'mouth')[0].width,
        score: of(drawn, 'label', 'score')[0].size,
      };
    };
    expect(widths(1)).toEqual({ box: 1.5, mouth: 0.8, score: 10 });
    expect(widths(20)).toEqual({ box: 11.25, mouth: 6.4, score: 75 });
  });

  it('draw small faces with thinner lines and without dots', () => {
    const drawn = (side: number) => overlayShapes([faceIn(image, 60, 50, side)], size);
    const landmarks = (side: number) => of(drawn(side), 'disc').filter(({ part }) => part !== 'keypoint');
    expect(landmarks(79)).toEqual([]);
    expect(landmarks(80)).toHaveLength(106);
    expect(of(drawn(40), 'disc', 'keypoint')).toHaveLength(5);
    expect(of(drawn(40), 'line')).toHaveLength(1 + Object.keys(LANDMARK_PATHS).length);
    expect(of(drawn(40), 'line', 'mouth')[0]).toMatchObject({ width: 0.5, edge: 0 });
    expect(of(drawn(40), 'line', 'box')[0].width).toBeLessThan(of(drawn(80), 'line', 'box')[0].width);
  });

  it('grow with the face: nothing is finer on a larger one, and everything finer on a much smaller one', () => {
    const sizes = [10, 20, 40, 60, 79, 80, 120, 200, 300, 600, 1000, 1500].map((side) => {
      const scaled = transformFace(face, affineMatrix(side / 80, 0, 0, 0, side / 80, 0));
      const shapes = overlayShapes([scaled], { width: 4000, height: 3000, indices: true });
      return [
        of(shapes, 'line', 'box')[0].width,
        of(shapes, 'line', 'mouth')[0].width,
        of(shapes, 'disc', 'mouth')[0]?.radius ?? 0,
        of(shapes, 'disc', 'keypoint')[0].radius,
        of(shapes, 'label', 'score')[0].size,
      ];
    });
    for (let i = 1; i < sizes.length; i++) {
      for (const [part, value] of sizes[i].entries()) expect(value).toBeGreaterThanOrEqual(sizes[i - 1][part]);
    }
    for (const [part, value] of sizes[2].entries()) expect(value).toBeLessThan(sizes[8][part]);
  });

  it.each([
    ['above the box', 60, 50, { x1: 60, y2: [30, 50] }],
    ['below it at the top edge', 60, 2, { x1: 60, y1: [82, 90] }],
    ['left of the right edge', 280, 50, { x2: 299.5, y2: [30, 50] }],
    ['right of the left edge', -20, 50, { x1: -0.5, y2: [30, 50] }],
  ])('the score stands %s', (_, x, y, expected) => {
    const [label] = of(overlayShapes([faceIn(image, x, y)], size), 'label');
    const place = labelBox(label);
    for (const [side, value] of Object.entries(expected) as [keyof Box, number | number[]][]) {
      const [least, most] = Array.isArray(value) ? value : [value - 1e-9, value + 1e-9];
      expect(place[side]).toBeGreaterThan(least);
      expect(place[side]).toBeLessThan(most);
    }
  });

  it('are none without a face, and leave out what has no position', () => {
    expect(overlayShapes([], size)).toEqual([]);
    const lost = { ...face, landmarksFloat: face.landmarksFloat.map(() => ({ x: Number.NaN, y: 0 })) };
    expect(overlayShapes([lost], { ...size, indices: true }).map(({ part }) => part)).toEqual([
      'box',
      ...Array(5).fill('keypoint'),
      'score',
    ]);
  });

  it.each([0, -1, 1.5, Number.NaN])('refuse a width of %d', (width) => {
    expect(() => overlayShapes([face], { width, height: 10 })).toThrow(InvalidOptionError);
  });
});

describe('overlayShapes with indices', () => {
  /** Drawn faces in the middle of their own part of an image, with their true landmarks. */
  function drawnFaces(width: number, height: number, placements: Placement[]): FaceData[] {
    const scene = drawScene({ seed: 1, width, height, placements });
    return scene.faces.map(({ box, keypoints, landmarks }) => ({ ...face, box, keypoints, landmarksFloat: landmarks }));
  }
  const indexLabels = (faces: FaceData[], width: number, height: number) =>
    of(overlayShapes(faces, { width, height, indices: true }), 'label');

  function expectApart(labels: LabelShape[]) {
    labels.forEach((label, i) => {
      const a = labelBox(label);
      for (const other of labels.slice(i + 1)) {
        const b = labelBox(other);
        const apart = a.x2 <= b.x1 || b.x2 <= a.x1 || a.y2 <= b.y1 || b.y2 <= a.y1;
        if (!apart) expect.fail(`${label.text} and ${other.text} intersect`);
      }
    });
  }

  const cases = [60, 70, 80, 100, 120, 160, 200, 260, 330, 450, 600].flatMap((side) =>
    [0, 0.4, -0.9].map((roll) => [side, roll] as const),
  );
  it.each(cases)('a face of %i pixels, turned by %d: none covers another, all lie by their points', (side, roll) => {
    const [width, height] = [2 * side, 2 * side];
    const [drawn] = drawnFaces(width, height, [{ center: { x: side, y: side }, size: side, rollRadians: roll }]);
    const labels = indexLabels([drawn], width, height);
    expectApart(labels);
    const indices = labels.filter(({ part }) => part === 'index');
    let area = 0;
    for (const label of indices) {
      const { x1, y1, x2, y2 } = labelBox(label);
      expect(x1 >= -0.5 && y1 >= -0.5 && x2 <= width - 0.5 && y2 <= height - 0.5).toBe(true);
      const { x, y } = drawn.landmarksFloat[Number(label.text)];
      const [beyondX, beyondY] = [Math.max(x1 - x, x - x2, 0), Math.max(y1 - y, y - y2, 0)];
      expect(Math.hypot(beyondX, beyondY)).toBeLessThan(4 * label.size);
      area += (x2 - x1) * (y2 - y1);
    }
    expect(area).toBeLessThanOrEqual(side ** 2 / 6);
    const texts = new Set(indices.map(({ text }) => text));
    expect(texts.size).toBe(indices.length);
    // Nose tip, pupils, corners of the mouth and the chin on every face; all on one with room.
    for (const leading of ['86', '38', '92', '52', '61', '0']) expect(texts).toContain(leading);
    if (side >= 260) expect(texts.size).toBe(106);
  });

  it('of faces side by side keep clear of each other and of the scores', () => {
    const placements = [0, 1, 2, 3].map((i) => ({
      center: { x: 80 + 105 * i, y: 90 + 20 * (i % 2) },
      size: 100,
      rollRadians: 0.2,
    }));
    const labels = indexLabels(drawnFaces(480, 200, placements), 480, 200);
    expect(new Set(labels.map((label) => label.face)).size).toBe(4);
    expectApart(labels);
  });

  it('at the border stay in the picture or are left out', () => {
    const [drawn] = drawnFaces(400, 400, [{ center: { x: 200, y: 200 }, size: 200, rollRadians: 0 }]);
    const moved = transformFace(drawn, affineMatrix(1, 0, -220, 0, 1, 0));
    const indices = indexLabels([moved], 400, 400).filter(({ part }) => part === 'index');
    expect(indices.length).toBeGreaterThan(10);
    for (const label of indices) expect(labelBox(label).x1).toBeGreaterThanOrEqual(-0.5);
  });
});

describe('overlaySvg', () => {
  /** Reads tags one by one: throws on an unclosed or stray one. Returns the names of all elements. */
  function elements(svg: string): string[] {
    const open: string[] = [];
    const names: string[] = [];
    const rest = svg.replace(/<(\/?)(\w+)((?:\s[\w-]+="[^"<>]*")*)\s*(\/?)>/g, (_, end, name, __, empty) => {
      if (end) expect(open.pop()).toBe(name);
      else {
        names.push(name);
        if (!empty) open.push(name);
      }
      return '';
    });
    expect(open).toEqual([]);
    expect(rest).not.toMatch(/[<>]/);
    return names;
  }
  const count = (names: string[], name: string) => names.filter((other) => other === name).length;

  it('is well-formed and holds every shape', () => {
    const shapes = overlayShapes([face, face], { ...size, indices: true });
    const names = elements(overlaySvg(shapes, size));
    expect(names[0]).toBe('svg');
    // Of each face the lines, and above those of all faces its labels.
    expect(count(names, 'g')).toBe(2 * 2);
    expect(count(names, 'circle')).toBe(2 * 111);
    expect(count(names, 'text')).toBe(of(shapes, 'label').length);
    // Each line once as an edge and once in its colour: box, brows, eyes and lips closed, contour and nose open.
    expect(count(names, 'polygon')).toBe(2 * 2 * 7);
    expect(count(names, 'polyline')).toBe(2 * 2 * 3);
  });

  it('puts integer coordinates on pixel centres', () => {
    const svg = overlaySvg(overlayShapes([face], size), size);
    expect(svg).toContain('width="300" height="200" viewBox="-0.5 -0.5 300 200"');
    expect(svg).toContain('points="60,50 140,50 140,130 60,130"');
    expect(svg).not.toContain('<image');
  });

  it('embeds an image and escapes its address', () => {
    const svg = overlaySvg([], { ...size, href: 'a.png?x="1"&y=<2>' });
    expect(elements(svg)).toEqual(['svg', 'image']);
    expect(svg).toContain('href="a.png?x=&quot;1&quot;&amp;y=&lt;2&gt;"');
  });
});

/** A line in the box's colour. */
const line = (points: Point[], width: number): OverlayShape => ({
  kind: 'line',
  face: 0,
  part: 'box',
  color: OVERLAY_COLORS.box,
  edge: 0,
  points,
  closed: false,
  width,
});

/** What the capsule around a segment covers, by the distance of every pixel. */
function capsuleOfEveryPixel({ data, width, height }: PixelImage, a: Point, b: Point, radius: number): Uint8Array {
  const color = hexToRgb(OVERLAY_COLORS.box);
  const drawn = Math.max(radius, 0.5);
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const square = dx * dx + dy * dy;
      const t = square > 0 ? Math.min(Math.max(((x - a.x) * dx + (y - a.y) * dy) / square, 0), 1) : 0;
      const [ex, ey] = [x - a.x - t * dx, y - a.y - t * dy];
      const inside = drawn + 0.5 - Math.sqrt(ex * ex + ey * ey);
      if (!(inside > 0)) continue;
      const coverage = (Math.min(inside, 1) * radius) / drawn;
      for (let channel = 0; channel < 3; channel++) {
        const at = (y * width + x) * 3 + channel;
        data[at] += Math.round((color[channel] - data[at]) * coverage);
      }
    }
  }
  return new Uint8Array(data);
}

describe('overlayRaster', () => {
  const plain = { face: 0, part: 'box', edge: 0 } as const;

  it('a disc of radius 2 on a pixel centre: full inside, half on the rim, nothing beyond', () => {
    const drawn = overlayRaster(gray(11, 11, 0), [
      { ...plain, kind: 'disc', color: '#ffffff', center: { x: 5, y: 5 }, radius: 2 },
    ]);
    const row = Array.from({ length: 11 }, (_, x) => pixel(drawn, x, 5)[0]);
    expect(row).toEqual([0, 0, 0, 128, 255, 255, 255, 128, 0, 0, 0]);
    // (1.5, 1.5) away: 2.121 from the centre, so 2.5 - 2.121 of it is covered at distance hypot(2, 1) = 2.236: 0.264.
    expect(pixel(drawn, 7, 6)[0]).toBe(Math.round(255 * (2.5 - Math.sqrt(5))));
  });

  it('a line a pixel wide covers its row alone, in its colour', () => {
    const drawn = overlayRaster(gray(9, 5, 0), [
      {
        ...plain,
        kind: 'line',
        color: '#d55e00',
        points: [
          { x: 2, y: 2 },
          { x: 6, y: 2 },
        ],
        closed: false,
        width: 1,
      },
    ]);
    for (let y = 0; y < 5; y++) {
      for (let x = 0; x < 9; x++) {
        expect(pixel(drawn, x, y)).toEqual(y === 2 && x >= 2 && x <= 6 ? [0xd5, 0x5e, 0x00] : [0, 0, 0]);
      }
    }
  });

  it('what is thinner than a pixel fades', () => {
    const line = (width: number): OverlayShape => ({
      ...plain,
      kind: 'line',
      color: '#ffffff',
      points: [
        { x: 0, y: 1 },
        { x: 8, y: 1 },
      ],
      closed: false,
      width,
    });
    expect(pixel(overlayRaster(gray(9, 3, 0), [line(0.5)]), 4, 1)[0]).toBe(128);
  });

  it('an edge lies around the shape in black', () => {
    const drawn = overlayRaster(gray(21, 21, 200), [
      { ...plain, edge: 2, kind: 'disc', color: '#f0e442', center: { x: 10, y: 10 }, radius: 4 },
    ]);
    expect(pixel(drawn, 10, 10)).toEqual([0xf0, 0xe4, 0x42]);
    expect(pixel(drawn, 15, 10)).toEqual([0, 0, 0]);
    expect(pixel(drawn, 18, 10)).toEqual([200, 200, 200]);
  });

  it('draws every character differently, inside its place', () => {
    const label = (text: string): LabelShape => ({
      ...plain,
      kind: 'label',
      color: '#ffffff',
      at: { x: 3, y: 5 },
      text,
      size: 12,
    });
    const characters = Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i));
    const seen = new Set<string>();
    for (const character of characters) {
      const drawn = overlayRaster(gray(28, 28, 0), [label(character)]);
      const { x1, x2, y1, y2 } = labelBox(label(character));
      // Brackets and tails of letters reach beyond the height of digits.
      const beyond = /[0-9A-PR-Z]/.test(character) ? 1 : 6;
      let lit = 0;
      for (let y = 0; y < 28; y++) {
        for (let x = 0; x < 28; x++) {
          if (pixel(drawn, x, y)[0] === 0) continue;
          lit++;
          expect(x >= x1 - 1 && x <= x2 + 1 && y >= y1 - beyond && y <= y2 + beyond).toBe(true);
        }
      }
      expect(lit).toBeGreaterThan(0);
      seen.add(drawn.data.join());
    }
    expect(seen.size).toBe(94);
    expect(overlayRaster(gray(28, 28, 0), [label(' ')]).data).toEqual(gray(28, 28, 0).data);
  });

  it.each([
    [300, 200],
    [6000, 4000],
  ])('touches only pixels near the shapes, and leaves the input alone (%i x %i)', (width, height) => {
    const scale = width / 300;
    const scaled = transformFace(face, affineMatrix(scale, 0, 0, 0, scale, 0));
    const ground = gray(width, height);
    const shapes = overlayShapes([scaled], { width, height, indices: true });
    const drawn = overlayRaster(ground, shapes);
    expect(drawn).toMatchObject({ width, height, channelOrder: 'rgb' });
    expect(Buffer.compare(Buffer.from(ground.data.buffer), Buffer.alloc(ground.data.length, 128))).toBe(0);
    // Everything of a face lies in its box or within 25 of 300 pixels around it: score, indices of outer points, edges.
    const reach = 25 * scale;
    let touchedOutside = 0;
    let touchedInside = 0;
    for (let y = 0, i = 0; y < height; y++) {
      for (let x = 0; x < width; x++, i += 3) {
        if (drawn.data[i] === 128 && drawn.data[i + 1] === 128 && drawn.data[i + 2] === 128) continue;
        const { x1, y1, x2, y2 } = scaled.box;
        if (x < x1 - reach || x > x2 + reach || y < y1 - reach || y > y2 + reach) touchedOutside++;
        else touchedInside++;
      }
    }
    expect(touchedOutside).toBe(0);
    expect(touchedInside / (width * height)).toBeGreaterThan(0.01);
    const { x1, y1, x2, y2 } = scaled.box;
    const boxAlone = overlayRaster(ground, of(shapes, 'line', 'box'));
    expect(pixel(boxAlone, (x1 + x2) / 2, y2)).toEqual([0xf0, 0xe4, 0x42]);
    expect(pixel(boxAlone, x1, (y1 + y2) / 2)).toEqual([0xf0, 0xe4, 0x42]);
  });

  it.each(['bgr', 'rgba', 'gray'] as const)('reads %s with padded rows', (channelOrder) => {
    const samples = { bgr: 3, rgba: 4, gray: 1 }[channelOrder];
    const rowStride = 5 * samples + 7;
    const data = Uint8Array.from({ length: rowStride * 4 }, (_, i) => i % 251);
    const { data: rgb } = overlayRaster({ data, width: 5, height: 4, channelOrder, rowStride }, []);
    const [red, green, blue] = { bgr: [2, 1, 0], rgba: [0, 1, 2], gray: [0, 0, 0] }[channelOrder];
    const at = 2 * rowStride + 3 * samples;
    expect([...rgb.subarray((2 * 5 + 3) * 3, (2 * 5 + 3) * 3 + 3)]).toEqual([
      data[at + red],
      data[at + green],
      data[at + blue],
    ]);
  });

  it('draws slanted lines as a look at every pixel does', () => {
    const random = new Random(5);
    for (let i = 0; i < 200; i++) {
      const point = () => ({ x: random.between(-30, 90), y: random.between(-30, 70) });
      // Lines that fall little from end to end, and points, are the hard cases.
      const from = point();
      const to = [point(), { x: from.x + 40, y: from.y + random.between(-1e-3, 1e-3) }, { ...from }][i % 3];
      const width = random.between(0.2, 9);
      const drawn = overlayRaster(gray(60, 40), [line([from, to], width)]);
      const expected = capsuleOfEveryPixel(gray(60, 40), from, to, width / 2);
      expect(Buffer.from(drawn.data).equals(expected)).toBe(true);
    }
  });

  it('joins lines without a seam: where a faint one turns, it is as faint as elsewhere', () => {
    const points = [10, 11, 12, 13, 14, 30, 30, 30].map((x, i) => ({ x, y: i < 6 ? 10 : 10 + 5 * (i - 5) }));
    const faint = overlayRaster(gray(40, 40, 0), [{ ...line(points, 0.5), edge: 0.2 }]);
    const single = overlayRaster(gray(40, 40, 0), [{ ...line([points[0], points[5]], 0.5), edge: 0.2 }]);
    for (let x = 11; x < 29; x++) expect(pixel(faint, x, 10)).toEqual(pixel(single, x, 10));
    expect(pixel(faint, 30, 15)).toEqual(pixel(single, 20, 10));
  });

  it('survives shapes outside the image and infinite positions', () => {
    const shapes: OverlayShape[] = [-1e9, 1e9, Number.POSITIVE_INFINITY, Number.NaN].flatMap((far) => [
      { ...plain, kind: 'disc', color: '#ffffff', center: { x: far, y: far }, radius: 5 },
      { ...plain, kind: 'label', color: '#ffffff', at: { x: far, y: 3 }, text: '8', size: 9 },
    ]);
    expect(overlayRaster(gray(9, 9), shapes).data).toEqual(gray(9, 9).data);
  });
});

describe('contactSheet', () => {
  it('holds every crop in rgb, in reading order', () => {
    const faces = [face, faceIn(image, 150, 60), faceIn(image, 100, 20, 60)];
    const sheet = contactSheet(faces, { columns: 2 });
    expect([sheet.width, sheet.height]).toEqual([2 * 224 + 3 * 8, 2 * (224 + 12 + 16) + 8]);
    faces.forEach(({ crop }, i) => {
      const left = 8 + (i % 2) * 232;
      const top = 8 + Math.floor(i / 2) * 252;
      for (const [x, y] of [
        [0, 0],
        [223, 0],
        [112, 90],
        [223, 223],
      ]) {
        const [blue, green, red] = crop.data.subarray((y * 224 + x) * 3);
        const expected = [red, green, blue];
        expect(pixel(sheet, left + x, top + y)).toEqual(expected);
      }
    });
  });

  it('is about square by default', () => {
    const sheet = contactSheet(Array(9).fill(face));
    expect([sheet.width, sheet.height]).toEqual([3 * 232 + 8, 3 * 252 + 8]);
  });

  it('refuses faces without their crops, and says where they come from', () => {
    const { crop: _, ...bare } = face;
    expect(() => contactSheet([face, bare as never])).toThrow(InvalidOptionError);
    expect(() => contactSheet([face, bare as never])).toThrow(/for faces\[1\] but received one without\. cropFace/);
    expect(() => contactSheet(undefined as never)).toThrow(InvalidOptionError);
    expect(() => contactSheet([face], null as never)).toThrow(InvalidOptionError);
  });

  it('refuses no face and no column', () => {
    expect(() => contactSheet([])).toThrow(/at least one face/);
    expect(() => contactSheet([face], { columns: 0 })).toThrow(InvalidOptionError);
  });
});

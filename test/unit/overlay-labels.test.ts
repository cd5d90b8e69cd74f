// Where labels of an overlay stand: beside faces, not on them, with room and without, and the legend.
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { drawScene } from '../../src/drawn-faces/draw-scene.js';
import type { Placement } from '../../src/drawn-faces/figures.js';
import { Random } from '../../src/drawn-faces/random.js';
import { boxAround } from '../../src/face/box-around.js';
import { sharedArea } from '../../src/overlay/boxes.js';
import { OVERLAY_COLORS } from '../../src/overlay/colors.js';
import { overlayRaster } from '../../src/overlay/overlay-raster.js';
import { type OverlayOptions, overlayShapes } from '../../src/overlay/overlay-shapes.js';
import { overlaySvg } from '../../src/overlay/overlay-svg.js';
import { type LabelShape, labelBox, type OverlayShape } from '../../src/overlay/shape.js';
import type { Box, FaceData } from '../../src/types.js';
import { faceIn, noise } from '../support/face.js';

const face = faceIn(noise(300, 200));

/** Drawn faces with their true landmarks. */
function drawnFaces(width: number, height: number, placements: Placement[]): FaceData[] {
  const scene = drawScene({ seed: 1, width, height, placements });
  return scene.faces.map(({ box, keypoints, landmarks }) => ({ ...face, box, keypoints, landmarksFloat: landmarks }));
}

const labelsOf = (shapes: OverlayShape[], part: string) =>
  shapes.filter((shape): shape is LabelShape => shape.kind === 'label' && shape.part === part);
const scoresOf = (faces: FaceData[], options: OverlayOptions) => labelsOf(overlayShapes(faces, options), 'score');

const touch = (a: Box, b: Box) => a.x1 < b.x2 && b.x1 < a.x2 && a.y1 < b.y2 && b.y1 < a.y2;

function expectInside({ x1, y1, x2, y2 }: Box, width: number, height: number) {
  expect(x1).toBeGreaterThanOrEqual(-0.5);
  expect(y1).toBeGreaterThanOrEqual(-0.5);
  expect(x2).toBeLessThanOrEqual(width - 0.5);
  expect(y2).toBeLessThanOrEqual(height - 0.5);
}

/** Faces of any size wherever they lie free with room for a label around them, also over the image's border. */
function scattered(seed: number, width: number, height: number): FaceData[] {
  const random = new Random(seed);
  const placements: Placement[] = [];
  for (let tries = 0; tries < 200; tries++) {
    const size = random.between(24, 220);
    const center = { x: random.between(0, width), y: random.between(0, height) };
    const isFree = placements.every(
      (other) =>
        Math.max(Math.abs(other.center.x - center.x), Math.abs(other.center.y - center.y)) >
        0.6 * (other.size + size) + 40,
    );
    if (isFree) placements.push({ center, size, rollRadians: random.between(-0.5, 0.5) });
  }
  return drawnFaces(width, height, placements);
}

describe('scores', () => {
  it.each(Array.from({ length: 20 }, (_, i) => i))(
    'cover neither a face nor each other where there is room (%i)',
    (seed) => {
      const [width, height] = [900, 700];
      const faces = scattered(seed, width, height);
      expect(faces.length).toBeGreaterThan(5);
      const names = faces.map((_, i) => (i % 2 === 0 ? `#${i}` : ''));
      const places = scoresOf(faces, { width, height, names }).map(labelBox);
      expect(places).toHaveLength(faces.length);
      places.forEach((place, i) => {
        expectInside(place, width, height);
        for (const { box } of faces) expect(touch(place, box)).toBe(false);
        for (const other of places.slice(i + 1)) expect(touch(place, other)).toBe(false);
        // And by their own face.
        const { x1, y1, x2, y2 } = faces[i].box;
        const beyond = Math.max(x1 - place.x2, place.x1 - x2, y1 - place.y2, place.y1 - y2);
        expect(beyond).toBeLessThan(40);
      });
    },
  );

  it('of faces side by side do not cover each other, however long they are', () => {
    const placements = [0, 1, 2].map((i) => ({ center: { x: 160 + 42 * i, y: 120 }, size: 40, rollRadians: 0 }));
    const faces = drawnFaces(400, 240, placements);
    const names = ['the first', 'the second', 'the third'];
    const places = scoresOf(faces, { width: 400, height: 240, names }).map(labelBox);
    for (const [i, place] of places.entries()) {
      for (const other of places.slice(i + 1)) expect(touch(place, other)).toBe(false);
      for (const { box } of faces) expect(touch(place, box)).toBe(false);
    }
  });

  it.each([
    ['without any room', 44, 46],
    ['of overlapping faces', 60, 52],
  ])('in a crowd %s lie at their own faces, not over features and not over each other', (_, size, pitch) => {
    const [columns, rows] = [14, 8];
    const [width, height] = [columns * pitch, rows * pitch];
    const placements = Array.from({ length: columns * rows }, (_, i) => ({
      center: { x: (i % columns) * pitch + pitch / 2, y: Math.floor(i / columns) * pitch + pitch / 2 },
      size,
      rollRadians: 0,
    }));
    const faces = drawnFaces(width, height, placements);
    const places = scoresOf(faces, { width, height }).map(labelBox);
    for (const [i, place] of places.entries()) {
      for (const other of places.slice(i + 1)) expect(touch(place, other)).toBe(false);
      const onFace = faces.map(({ box }) => sharedArea(place, box));
      expect(onFace[i]).toBe(Math.max(...onFace));
      for (const { x, y } of faces.flatMap(({ keypoints }) => keypoints)) {
        expect(touch(place, { x1: x, y1: y, x2: x, y2: y })).toBe(false);
      }
    }
  });

  it('carry names, which take their part of the room', () => {
    const options = { width: 300, height: 200 };
    const [plain] = scoresOf([face], options);
    const [named] = scoresOf([face], { ...options, names: ['#12'] });
    expect([plain.text, named.text]).toEqual(['0.87', '#12 0.87']);
    const beside = faceIn(noise(300, 200), 265, 90, 30);
    const place = labelBox(scoresOf([beside], { ...options, names: ['a long name'] })[0]);
    expectInside(place, 300, 200);
    expect(touch(place, beside.box)).toBe(false);
  });

  it('stand above all lines, also of other faces', () => {
    const shapes = overlayShapes([face, face], { width: 300, height: 200, indices: true });
    const kinds = shapes.map(({ kind }) => kind === 'label');
    expect(kinds.indexOf(true)).toBe(kinds.lastIndexOf(false) + 1);
  });

  it('indices keep off another face where they can', () => {
    const placements = [0, 1].map((i) => ({ center: { x: 110 + 150 * i, y: 150 }, size: 170, rollRadians: 0 }));
    const faces = drawnFaces(400, 300, placements);
    const labels = labelsOf(overlayShapes(faces, { width: 400, height: 300, indices: true }), 'index');
    const strangers = labels.filter((label) => touch(labelBox(label), faces[1 - label.face].box));
    expect(labels.length).toBeGreaterThan(100);
    expect(strangers).toEqual([]);
  });
});

describe('legend', () => {
  const size = { width: 640, height: 480 };
  const legendOf = (faces: FaceData[], options: OverlayOptions) =>
    overlayShapes(faces, { ...options, legend: true }).filter(({ part }) => part === 'legend');

  it('is drawn on request, and says what each colour that is used shows', () => {
    expect(overlayShapes([face], size).some(({ part }) => part === 'legend')).toBe(false);
    const shapes = overlayShapes([face], { ...size, legend: true });
    const lines = shapes.filter((shape) => shape.kind === 'line' && shape.part === 'legend');
    const texts = labelsOf(shapes, 'legend').map(({ text }) => text);
    expect(texts).toEqual(['box, score, key points', 'contour', 'brows', 'eyes', 'nose', 'mouth']);
    const used = new Set(shapes.filter(({ part }) => part !== 'legend').map(({ color }) => color));
    expect(new Set(lines.map(({ color }) => color))).toEqual(used);
    expect(lines[texts.indexOf('mouth')].color).toBe(OVERLAY_COLORS.mouth);
  });

  it('explains also an image without faces', () => {
    expect(legendOf([], size)).toHaveLength(12);
  });

  it('lies in a corner without a face, and scores keep off it', () => {
    const corners = [
      { x: 70, y: 410 },
      { x: 570, y: 410 },
      { x: 70, y: 70 },
    ].map((center) => ({ center, size: 130, rollRadians: 0 }));
    const below = { center: { x: 520, y: 134 }, size: 40, rollRadians: 0 };
    const faces = drawnFaces(640, 480, [...corners, below]);
    const shapes = overlayShapes(faces, { ...size, legend: true });
    for (const label of labelsOf(shapes, 'legend')) {
      const place = labelBox(label);
      expectInside(place, 640, 480);
      expect(place.x1).toBeGreaterThan(320);
      expect(place.y2).toBeLessThan(240);
    }
    const rows = labelsOf(shapes, 'legend').map(labelBox);
    const whole = boxAround(
      rows.flatMap(({ x1, y1, x2, y2 }) => [
        { x: x1, y: y1 },
        { x: x2, y: y2 },
      ]),
    );
    for (const score of labelsOf(shapes, 'score')) expect(touch(whole, labelBox(score))).toBe(false);
  });

  it('shrinks with the image, and is left out where it could not be read', () => {
    const heights = [4000, 640, 180, 160, 100, 1].map(
      (side) => labelsOf(legendOf([], { width: side, height: side }), 'legend')[0]?.size,
    );
    expect(heights).toEqual([50, 10, 9, 8, undefined, undefined]);
  });

  it('is a group of its own in an SVG', () => {
    const svg = overlaySvg(overlayShapes([face], { ...size, legend: true }), size);
    expect(svg.match(/<g class="[^"]*"/g)).toEqual(['<g class="face"', '<g class="labels"', '<g class="legend"']);
    expect(svg).toContain('>box, score, key points</text>');
  });
});

describe('pictures', () => {
  it('are the same in every run and on every machine', () => {
    const { width, height } = { width: 480, height: 360 };
    const ground = noise(width, height);
    const placements = [40, 79, 120].map((size, i) => ({
      center: { x: 80 + 150 * i, y: 120 },
      size,
      rollRadians: 0,
    }));
    const faces = drawnFaces(width, height, placements);
    const draw = () =>
      overlayRaster(ground, overlayShapes(faces, { width, height, legend: true, names: ['a', 'b', 'c'] }));
    const digest = createHash('sha256').update(draw().data).digest('hex');
    expect(createHash('sha256').update(draw().data).digest('hex')).toBe(digest);
    expect(digest).toBe('8432a9b6a11c49614f25b87f8039b7a00f7dc39984a411b9bb4f049f4ff4a170');
  });

  it.each([
    [1, 1],
    [1, 7],
    [9, 1],
    [2, 2],
    [3, 17],
    [16, 16],
    [40, 30],
    [1, 3000],
    [2500, 3],
  ])('of %i x %i pixels can be drawn on', (width, height) => {
    const faces = [face, faceIn(noise(300, 200), -40, -40), faceIn(noise(300, 200), 0, 0, 8)];
    const shapes = overlayShapes(faces, { width, height, indices: true, legend: true, names: ['one'] });
    const ground = noise(width, height);
    const before = ground.data.slice();
    const drawn = overlayRaster(ground, shapes);
    expect([drawn.width, drawn.height, drawn.data.length]).toEqual([width, height, 3 * width * height]);
    expect(ground.data).toEqual(before);
    expect(overlaySvg(shapes, { width, height })).not.toMatch(/NaN|Infinity|undefined/);
  });

  it('leave out a face without a position, and place the others as without it', () => {
    const nowhere = { ...face, box: { x1: Number.NaN, y1: 0, x2: 10, y2: 10 } };
    const options = { width: 300, height: 200, legend: true };
    const place = (faces: FaceData[]) => scoresOf(faces, options).find(({ face }) => face === faces.length - 1)?.at;
    expect(place([nowhere, face])).toEqual(place([face]));
    expect(scoresOf([nowhere], options)).toEqual([]);
  });
});

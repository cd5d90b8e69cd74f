import { type ChecksOf, checkOptions, fields, integerIn, numberIn, oneOf, optional, orElse } from '../check-options.js';
import { Canvas, type Color } from '../image/canvas.js';
import { checkList, checkNumber } from '../options.js';
import { type Box, KEYPOINT_NAMES, type Keypoint, type PixelImage, type Point } from '../types.js';
import { drawFace } from './draw-face.js';
import { FACE_KEYPOINT_LIST, FACE_SHAPE } from './drawn-face.js';
import { ellipse, type Placement, place, placed } from './figures.js';
import { Random } from './random.js';

export interface SceneOptions {
  /** The same seed and options give the same scene, on every machine. */
  seed: number;
  /** Pixels. Default 1280 x 800. */
  width?: number | undefined;
  height?: number | undefined;
  /** How many faces to draw, 0 to 12; fewer where there is no room. Default: 1 to 12 at random. */
  faces?: number | undefined;
  /** Least and largest size of a face in pixels. Default 40 and 600; never more than the image holds. */
  minSize?: number | undefined;
  maxSize?: number | undefined;
  /** Faces lean to either side by up to so many degrees. Default 60. */
  maxRollDegrees?: number | undefined;
  /** Where the faces lie, instead of at random places: middle of the box, pixels; size, pixels. */
  placements?: readonly Placement[] | undefined;
  /** Moves the first face over this border of the image, so that it is cut through. */
  cut?: 'left' | 'top' | 'right' | 'bottom' | undefined;
}

/** The truth about one drawn face, image pixels. */
export interface SceneFace {
  box: Box;
  keypoints: Keypoint[];
  landmarks: Point[];
  /** Clockwise as the viewer sees it. */
  rollDegrees: number;
  /** Side of the box. */
  size: number;
}

export interface Scene {
  image: PixelImage;
  faces: SceneFace[];
}

const MAX_FACES = 12;
/** Longest side of a scene. */
const MAX_PIXELS = 10_000;

const pixels = integerIn(1, MAX_PIXELS);
const size = numberIn(1, MAX_PIXELS);
const anywhere = numberIn(-1e6, 1e6);
const checkPlacement = fields({
  center: fields({ x: anywhere, y: anywhere }),
  size: numberIn(Number.MIN_VALUE, 1e6),
  rollRadians: anywhere,
} satisfies ChecksOf<Placement>);

const SCENE_OPTIONS = {
  seed: integerIn(0, 2 ** 32 - 1),
  width: orElse(1280, pixels),
  height: orElse(800, pixels),
  faces: optional(integerIn(0, MAX_FACES)),
  minSize: orElse(40, size),
  maxSize: orElse(600, size),
  maxRollDegrees: orElse(60, numberIn(0, 180)),
  placements: optional((name, value) => checkList(name, value, checkPlacement)),
  cut: optional(oneOf(['left', 'top', 'right', 'bottom'])),
} satisfies ChecksOf<SceneOptions>;

/** Radius of a circle that holds a whole face with its hair, in sizes. */
const OUTER = 0.6;
const ATTEMPTS = 60;

const WALLS: readonly Color[] = [
  [214, 226, 232],
  [236, 226, 206],
  [222, 214, 228],
  [206, 222, 206],
  [240, 220, 214],
];

/** A wall that darkens downwards, with a few soft discs. */
function drawBackground(canvas: Canvas, random: Random): void {
  const wall = random.pick(WALLS);
  const { data, width, height } = canvas;
  for (let y = 0, i = 0; y < height; y++) {
    const [red, green, blue] = wall.map((sample) => sample * (1 - (0.2 * y) / height));
    for (let x = 0; x < width; x++, i += 3) {
      data[i] = red;
      data[i + 1] = green;
      data[i + 2] = blue;
    }
  }
  const length = Math.max(width, height);
  for (let i = 0; i < 6; i++) {
    const color = random.pick(WALLS);
    const center = { x: random.between(0, width), y: random.between(0, height) };
    const size = random.between(0.08, 0.3) * length;
    canvas.fill(placed(ellipse({ x: 0, y: 0 }, 1, 1), { center, size, rollRadians: 0 }), color, 0.5);
  }
}

/** A place for one more face that touches neither the border nor another face, or undefined. */
function findPlace(
  random: Random,
  options: Record<'width' | 'height' | 'minSize' | 'maxSize' | 'maxRollDegrees', number>,
  taken: readonly Placement[],
): Placement | undefined {
  const { width, height, minSize, maxRollDegrees } = options;
  let largest = Math.min(options.maxSize, Math.min(width, height) / (2 * OUTER));
  for (let i = 0; i < ATTEMPTS && largest >= minSize; i++) {
    // Small faces as often as large ones: even on a logarithmic scale.
    const size = minSize * (largest / minSize) ** random.next();
    const margin = OUTER * size;
    const center = { x: random.between(margin, width - margin), y: random.between(margin, height - margin) };
    const rollRadians = (random.between(-maxRollDegrees, maxRollDegrees) * Math.PI) / 180;
    const free = taken.every(
      (other) => Math.hypot(center.x - other.center.x, center.y - other.center.y) > OUTER * (size + other.size),
    );
    if (free) return { center, size, rollRadians };
    largest *= 0.95;
  }
  return undefined;
}

function moveOver(border: NonNullable<SceneOptions['cut']>, face: Placement, width: number, height: number): Placement {
  const { x, y } = face.center;
  const center = {
    left: { x: 0.1 * face.size, y },
    right: { x: width - 1 - 0.1 * face.size, y },
    top: { x, y: 0.1 * face.size },
    bottom: { x, y: height - 1 - 0.1 * face.size },
  }[border];
  return { ...face, center };
}

function truth(placement: Placement): SceneFace {
  const { center, size, rollRadians } = placement;
  const half = size / 2;
  return {
    box: { x1: center.x - half, y1: center.y - half, x2: center.x + half, y2: center.y + half },
    keypoints: FACE_KEYPOINT_LIST.map((point, i) => ({ name: KEYPOINT_NAMES[i], ...place(placement, point) })),
    landmarks: FACE_SHAPE.map((point) => place(placement, point)),
    rollDegrees: (rollRadians * 180) / Math.PI,
    size,
  };
}

/**
 * Draws a scene of cartoon faces whose places are known to a fraction of a pixel: the truth that detectors are tested
 * against. Each key point is marked by a disc of its own colour, by which the networks for drawn faces find it.
 *
 * @throws InvalidOptionError
 */
export function drawScene(options: SceneOptions): Scene {
  const checked = checkOptions('drawScene', options, SCENE_OPTIONS);
  const { seed, width, height, minSize, maxRollDegrees, cut } = checked;
  const maxSize = checkNumber('maxSize', checked.maxSize, minSize, MAX_PIXELS);
  const random = new Random(seed);
  const count = checked.faces ?? random.integer(1, MAX_FACES);

  const placements: Placement[] = [...(checked.placements ?? [])];
  if (!checked.placements) {
    for (let i = 0; i < count; i++) {
      const found = findPlace(random, { width, height, minSize, maxSize, maxRollDegrees }, placements);
      if (found) placements.push(found);
    }
    if (cut && placements.length > 0) placements[0] = moveOver(cut, placements[0], width, height);
  }

  const canvas = new Canvas(new Uint8Array(width * height * 3), width, height);
  drawBackground(canvas, random);
  for (const placement of placements) drawFace(canvas, placement, random);
  return { image: { data: canvas.data, width, height, channelOrder: 'rgb' }, faces: placements.map(truth) };
}

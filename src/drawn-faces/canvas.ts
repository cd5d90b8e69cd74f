import type { PixelImage, Point } from '../types.js';

export type Color = readonly [red: number, green: number, blue: number];

/** Signed distance from a point to a figure, negative inside, in the figure's own unit. */
export type Figure = {
  distance(x: number, y: number): number;
  /** Half the side of a square around `center` outside of which nothing is drawn. */
  reach: number;
  center: Point;
};

export function ellipse(center: Point, rx: number, ry: number): Figure {
  return {
    center,
    reach: Math.max(rx, ry),
    // Exact on the border, close enough next to it, where alone it matters.
    distance: (x, y) => {
      const [u, v] = [(x - center.x) / rx, (y - center.y) / ry];
      return (Math.sqrt(u * u + v * v) - 1) * Math.min(rx, ry);
    },
  };
}

/** Distance to the segment from `a` to `b`. */
function segmentDistance(x: number, y: number, a: Point, b: Point): number {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const t = Math.min(Math.max(((x - a.x) * dx + (y - a.y) * dy) / (dx * dx + dy * dy || 1), 0), 1);
  const [ex, ey] = [x - a.x - t * dx, y - a.y - t * dy];
  return Math.sqrt(ex * ex + ey * ey);
}

function around(points: readonly Point[], width: number): Pick<Figure, 'center' | 'reach'> {
  const xs = points.map(({ x }) => x);
  const ys = points.map(({ y }) => y);
  const [x1, x2, y1, y2] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  return { center: { x: (x1 + x2) / 2, y: (y1 + y2) / 2 }, reach: Math.max(x2 - x1, y2 - y1) / 2 + width };
}

/** Lines from point to point with round ends. */
export function stroke(points: readonly Point[], width: number): Figure {
  return {
    ...around(points, width),
    distance: (x, y) => {
      let nearest = Number.POSITIVE_INFINITY;
      for (let i = 1; i < points.length; i++) {
        nearest = Math.min(nearest, segmentDistance(x, y, points[i - 1], points[i]));
      }
      return nearest - width / 2;
    },
  };
}

/** A closed polygon with rounded corners. */
export function polygon(points: readonly Point[], rounding = 0): Figure {
  const edge = stroke([...points, points[0]], 0);
  return {
    ...around(points, rounding),
    distance: (x, y) => {
      let inside = false;
      for (let i = 0, j = points.length - 1; i < points.length; j = i++) {
        const [a, b] = [points[i], points[j]];
        if (a.y > y !== b.y > y && x < ((b.x - a.x) * (y - a.y)) / (b.y - a.y) + a.x) inside = !inside;
      }
      return (inside ? -1 : 1) * edge.distance(x, y) - rounding;
    },
  };
}

/** Where a figure lies in the image: turned, scaled and moved. */
export interface Placement {
  center: Point;
  /** Pixels of one unit. */
  size: number;
  /** Clockwise as the viewer sees it. */
  rollRadians: number;
}

/** figure units -> image pixels */
export function place({ center, size, rollRadians }: Placement, { x, y }: Point): Point {
  const [cos, sin] = [Math.cos(rollRadians) * size, Math.sin(rollRadians) * size];
  return { x: center.x + cos * x - sin * y, y: center.y + sin * x + cos * y };
}

/** RGB pixels to draw on, anti-aliased. */
export class Canvas {
  readonly width: number;
  readonly height: number;
  readonly #data: Uint8Array;

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.#data = new Uint8Array(width * height * 3);
  }

  get image(): PixelImage {
    return { data: this.#data, width: this.width, height: this.height, channelOrder: 'rgb' };
  }

  /** Colours every pixel of a row alike. */
  shadeRows(colorAt: (y: number) => Color): void {
    const rowLength = this.width * 3;
    for (let y = 0; y < this.height; y++) {
      const [red, green, blue] = colorAt(y);
      for (let i = y * rowLength; i < (y + 1) * rowLength; i += 3) {
        this.#data[i] = red;
        this.#data[i + 1] = green;
        this.#data[i + 2] = blue;
      }
    }
  }

  /** Fills a figure. */
  fill(figure: Figure, placement: Placement, color: Color, opacity = 1): void {
    const { size, rollRadians } = placement;
    const middle = place(placement, figure.center);
    // The square around the figure, turned.
    const reach = figure.reach * size * (Math.abs(Math.cos(rollRadians)) + Math.abs(Math.sin(rollRadians))) + 1;
    const [cos, sin] = [Math.cos(rollRadians) / size, Math.sin(rollRadians) / size];
    const [x1, x2] = [Math.max(0, Math.floor(middle.x - reach)), Math.min(this.width - 1, Math.ceil(middle.x + reach))];
    const [y1, y2] = [
      Math.max(0, Math.floor(middle.y - reach)),
      Math.min(this.height - 1, Math.ceil(middle.y + reach)),
    ];
    for (let y = y1; y <= y2; y++) {
      for (let x = x1; x <= x2; ) {
        const [dx, dy] = [x - placement.center.x, y - placement.center.y];
        const distance = figure.distance(cos * dx + sin * dy, cos * dy - sin * dx) * size;
        const coverage = Math.min(Math.max(0.5 - distance, 0), 1) * opacity;
        // From pixel to pixel a distance changes by at most 1, so the next ones are as fully inside or outside.
        const end = Math.min(x + Math.max(Math.floor(Math.abs(distance) + 0.5), 1), x2 + 1);
        if (coverage === 0) x = end;
        else for (; x < end; x++) this.#blend((y * this.width + x) * 3, color, coverage);
      }
    }
  }

  #blend(at: number, color: Color, coverage: number): void {
    const data = this.#data;
    const rest = 1 - coverage;
    data[at] = data[at] * rest + color[0] * coverage + 0.5;
    data[at + 1] = data[at + 1] * rest + color[1] * coverage + 0.5;
    data[at + 2] = data[at + 2] * rest + color[2] * coverage + 0.5;
  }
}

import type { Figure } from '../image/canvas.js';
import { segmentDistance } from '../image/segment-distance.js';
import type { Point } from '../types.js';

/** A figure in units of the size of a face. */
export interface Shape {
  /** Signed distance from a point to the rim, negative inside. */
  distance(x: number, y: number): number;
  /** Half the side of a square around `center` outside of which nothing is drawn. */
  reach: number;
  center: Point;
}

export function ellipse(center: Point, rx: number, ry: number): Shape {
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

function around(points: readonly Point[], width: number): Pick<Shape, 'center' | 'reach'> {
  const xs = points.map(({ x }) => x);
  const ys = points.map(({ y }) => y);
  const [x1, x2, y1, y2] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  return { center: { x: (x1 + x2) / 2, y: (y1 + y2) / 2 }, reach: Math.max(x2 - x1, y2 - y1) / 2 + width };
}

/** Lines from point to point with round ends. */
export function stroke(points: readonly Point[], width: number): Shape {
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
export function polygon(points: readonly Point[], rounding = 0): Shape {
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

/** Where a shape lies in the image: turned, scaled and moved. */
export interface Placement {
  center: Point;
  /** Pixels of one unit. */
  size: number;
  /** Clockwise as the viewer sees it. */
  rollRadians: number;
}

/** shape units -> image pixels */
export function place({ center, size, rollRadians }: Placement, { x, y }: Point): Point {
  const [cos, sin] = [Math.cos(rollRadians) * size, Math.sin(rollRadians) * size];
  return { x: center.x + cos * x - sin * y, y: center.y + sin * x + cos * y };
}

/** The shape in image pixels. */
export function placed(shape: Shape, placement: Placement): Figure {
  const { center, size, rollRadians } = placement;
  const middle = place(placement, shape.center);
  // Half the square around the turned square, and a pixel for the rim.
  const reach = shape.reach * size * (Math.abs(Math.cos(rollRadians)) + Math.abs(Math.sin(rollRadians))) + 1;
  const [cos, sin] = [Math.cos(rollRadians) / size, Math.sin(rollRadians) / size];
  return {
    bounds: { x1: middle.x - reach, y1: middle.y - reach, x2: middle.x + reach, y2: middle.y + reach },
    distance: (x, y) => {
      const [dx, dy] = [x - center.x, y - center.y];
      return shape.distance(cos * dx + sin * dy, cos * dy - sin * dx) * size;
    },
  };
}

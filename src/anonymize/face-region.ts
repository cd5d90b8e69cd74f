import { boxAround } from '../face/box-around.js';
import { rollAngle } from '../face/geometry.js';
import { LANDMARK_PATHS, landmarkPath } from '../landmark106/groups.js';
import { convexHull } from '../ops/convex-hull.js';
import type { Box, FaceData, Point } from '../types.js';

export const REGION_SHAPES = ['landmarks', 'box', 'ellipse'] as const;
export type RegionShape = (typeof REGION_SHAPES)[number];

/** All that the region of a face depends on. */
export type Outlined = Pick<FaceData, 'box' | 'keypoints' | 'landmarksFloat'>;

const CORNERS = 64;

/** Corners of an ellipse whose axes are turned by an angle. */
function ellipse(center: Point, halfWidth: number, halfHeight: number, radians: number): Point[] {
  const [cos, sin] = [Math.cos(radians), Math.sin(radians)];
  return Array.from({ length: CORNERS }, (_, i) => {
    const angle = (2 * Math.PI * i) / CORNERS;
    const [u, v] = [halfWidth * Math.cos(angle), halfHeight * Math.sin(angle)];
    return { x: center.x + u * cos - v * sin, y: center.y + u * sin + v * cos };
  });
}

const middle = ({ x1, y1, x2, y2 }: Box): Point => ({ x: (x1 + x2) / 2, y: (y1 + y2) / 2 });

/**
 * The forehead, where the markup has no points: the brows moved away from the chin by half the way from the chin to them, as the
 * classical thirds of a face have it, and the ends of the contour by half of that.
 */
function forehead(points: readonly Point[]): Point[] {
  const brows = [...landmarkPath(points, 'leftBrow'), ...landmarkPath(points, 'rightBrow')];
  const chin = points[LANDMARK_PATHS.contour.indices[16]];
  const browMiddle = middle(boxAround(brows));
  const up = { x: (browMiddle.x - chin.x) / 2, y: (browMiddle.y - chin.y) / 2 };
  const contour = landmarkPath(points, 'contour');
  const raised = (point: Point, share: number) => ({ x: point.x + share * up.x, y: point.y + share * up.y });
  return [
    ...brows.map((point) => raised(point, 1)),
    ...[contour[0], contour[contour.length - 1]].map((point) => raised(point, 0.5)),
  ];
}

/**
 * Everything of a face: its landmarks, its forehead, and the ellipse in its box, so that a face whose landmarks went astray is
 * covered too.
 */
function outline({ box, keypoints, landmarksFloat }: Outlined): Point[] {
  const inBox = ellipse(middle(box), (box.x2 - box.x1) / 2, (box.y2 - box.y1) / 2, 0);
  return [...landmarksFloat, ...forehead(landmarksFloat), ...inBox, ...keypoints];
}

/** The smallest ellipse of the proportions of the upright face that holds all points. */
function ellipseAround(points: readonly Point[], radians: number): Point[] {
  const [cos, sin] = [Math.cos(radians), Math.sin(radians)];
  const upright = points.map(({ x, y }) => ({ x: x * cos + y * sin, y: y * cos - x * sin }));
  const extent = boxAround(upright);
  const { x: u, y: v } = middle(extent);
  const halfWidth = (extent.x2 - extent.x1) / 2;
  const halfHeight = (extent.y2 - extent.y1) / 2;
  const reach = Math.max(...upright.map(({ x, y }) => Math.hypot((x - u) / halfWidth, (y - v) / halfHeight)));
  // The corners lie on the ellipse, so that the polygon is a little smaller.
  const scale = reach / Math.cos(Math.PI / CORNERS);
  return ellipse({ x: u * cos - v * sin, y: u * sin + v * cos }, halfWidth * scale, halfHeight * scale, radians);
}

/**
 * The part of an image that shows a face.
 * @param face all its numbers finite
 * @returns corners of a convex polygon, clockwise as the viewer sees them, image pixels; fewer than three for a face without area
 */
export function faceRegion(face: Outlined, shape: RegionShape): Point[] {
  const points = outline(face);
  if (shape === 'landmarks') return convexHull(points);
  if (shape === 'ellipse') return convexHull(ellipseAround(points, (rollAngle(face.landmarksFloat) * Math.PI) / 180));
  const { x1, y1, x2, y2 } = boxAround([
    ...points,
    { x: face.box.x1, y: face.box.y1 },
    { x: face.box.x2, y: face.box.y2 },
  ]);
  return convexHull([
    { x: x1, y: y1 },
    { x: x2, y: y1 },
    { x: x2, y: y2 },
    { x: x1, y: y2 },
  ]);
}

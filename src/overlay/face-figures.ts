import { LANDMARK_GROUPS, LANDMARK_PATHS, type LandmarkGroup } from '../landmark106/groups.js';
import type { Box, FaceData, Point } from '../types.js';
import { OVERLAY_COLORS } from './colors.js';
import type { DrawingSizes } from './drawing-sizes.js';
import type { DiscShape, LineShape } from './shape.js';

const GROUPS = Object.entries(LANDMARK_GROUPS) as [LandmarkGroup, readonly number[]][];

export const cornersOf = ({ x1, y1, x2, y2 }: Box): Point[] => [
  { x: x1, y: y1 },
  { x: x2, y: y1 },
  { x: x2, y: y2 },
  { x: x1, y: y2 },
];

/**
 * A face without its labels: box, lines along the landmarks, the landmarks, the key points.
 * @param index the face's place among all
 */
export function faceFigures(face: FaceData, index: number, sizes: DrawingSizes): (LineShape | DiscShape)[] {
  const { box, keypoints, landmarksFloat } = face;
  const disc = (part: LandmarkGroup | 'keypoint', { x, y }: Point, radius: number, edge: number): DiscShape => {
    return { kind: 'disc', face: index, part, color: OVERLAY_COLORS[part], edge, center: { x, y }, radius };
  };
  const line = (part: LandmarkGroup | 'box', points: Point[], closed: boolean, width: number, edge: number) => {
    return { kind: 'line', face: index, part, color: OVERLAY_COLORS[part], edge, points, closed, width } as const;
  };
  const paths = Object.values(LANDMARK_PATHS).map(({ group, closed, indices }) =>
    line(
      group,
      indices.map((i) => landmarksFloat[i]),
      closed,
      sizes.line,
      sizes.landmarkEdge,
    ),
  );
  const dots = GROUPS.flatMap(([group, indices]) =>
    indices.map((i) => disc(group, landmarksFloat[i], sizes.dot, sizes.landmarkEdge)),
  );
  return [
    line('box', cornersOf(box), true, sizes.box, sizes.boxEdge),
    ...paths,
    ...(sizes.dot > 0 ? dots : []),
    ...keypoints.map((point) => disc('keypoint', point, sizes.keypoint, sizes.keypointEdge)),
  ];
}

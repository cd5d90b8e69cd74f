import { type Fields, float, type Message, message, readMessage, repeated } from '../../src/onnx/wire.js';
import { LANDMARK_MAP } from './landmark-map.js';
import type { NetworkSource } from './sources.js';

/** MediaPipe's canonical face model (Apache-2.0): the mesh of its face geometry module, in centimetres, y up, z to the viewer. */
export const FACE_GEOMETRY: NetworkSource = {
  name: 'geometry_pipeline_metadata_landmarks.binarypb',
  file: '@mediapipe/face_mesh/face_mesh_solution_packed_assets.data',
  bytes: { start: 3737848, end: 3757224 },
  sha256: 'bdbcda96dfcb7da883da124aaa2c55dee49770d934f0fcc71747f8c21bdc75b4',
};

/** Of a vertex: x y z u v. */
const VERTEX_LENGTH = 5;

interface Mesh extends Message {
  vertices: number[];
}
interface Geometry extends Message {
  mesh: Mesh;
}
// Numbers of the fields: mediapipe/modules/face_geometry/protos/mesh_3d.proto and geometry_pipeline_metadata.proto.
const MESH: Fields<Mesh> = { vertices: repeated(float(3)) };
const GEOMETRY: Fields<Geometry> = { mesh: message(1, () => MESH) };

const thousandths = (value: number) => Math.round(value * 1000) / 1000;

/**
 * The 106 points of the canonical face in centimetres: x to the right, y down, z away from the viewer.
 * Those of the contour, which have no fixed place on a head, are 0.
 */
export function meanShape(geometry: Uint8Array): [number, number, number][] {
  const { vertices } = readMessage(GEOMETRY, geometry).mesh;
  return Array.from({ length: 106 }, (_, point) => {
    const mixed = [0, 0, 0];
    for (const [vertex, share] of Object.entries(LANDMARK_MAP[point] ?? {})) {
      for (let axis = 0; axis < 3; axis++) mixed[axis] += share * vertices[Number(vertex) * VERTEX_LENGTH + axis];
    }
    return [thousandths(mixed[0]), thousandths(0 - mixed[1]), thousandths(0 - mixed[2])];
  });
}

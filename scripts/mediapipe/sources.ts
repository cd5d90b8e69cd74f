import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { ModelFileError } from '../../src/errors.js';

/** A TensorFlow Lite network inside an installed package. */
export interface NetworkSource {
  readonly name: string;
  /** File of a package, as `require.resolve` takes it. */
  readonly file: string;
  /** Where the network lies in the file, if it does not fill it. */
  readonly bytes?: { readonly start: number; readonly end: number };
  /** SHA-256 of the network. */
  readonly sha256: string;
}

/** MediaPipe's full-range face detector (Apache-2.0). */
export const FULL_RANGE_DETECTOR: NetworkSource = {
  name: 'face_detection_full_range.tflite',
  file: '@mediapipe/face_detection/face_detection_full_range.tflite',
  sha256: '99bf9494d84f50acc6617d89873f71bf6635a841ea699c17cb3377f9507cfec3',
};

/** MediaPipe's face mesh of 468 points (Apache-2.0), which lies behind the mesh with attention. */
export const FACE_MESH: NetworkSource = {
  name: 'face_landmark.tflite',
  file: '@mediapipe/face_mesh/face_mesh_solution_packed_assets.data',
  bytes: { start: 2495952, end: 3737848 },
  sha256: 'c603fa6149219a3e9487dc9abd7a0c24474c77263273d24868378cdf40aa26d1',
};

const { resolve } = createRequire(import.meta.url);

/** Where the package has put the file. */
export const sourcePath = (source: NetworkSource) => resolve(source.file);

/**
 * The bytes of a network.
 * @throws ModelFileError when they are not those that the digest names
 */
export function readSource({ name, bytes, sha256 }: NetworkSource, file: Uint8Array): Uint8Array {
  const network = bytes ? file.subarray(bytes.start, bytes.end) : file;
  const digest = createHash('sha256').update(network).digest('hex');
  if (digest !== sha256) {
    throw new ModelFileError({
      name,
      expected: `the SHA-256 ${sha256}`,
      received: `${network.length} bytes with ${digest}`,
      hint: 'Run `npm ci`: the converter knows exactly one version of each package.',
    });
  }
  return network;
}

/** Reads a network out of its package. */
export const loadSource = (source: NetworkSource) => readSource(source, readFileSync(sourcePath(source)));

// Writes MediaPipe's networks as ONNX: models/face-detector-mediapipe.onnx and models/face-landmarker-mediapipe.onnx.
// Does nothing while both are newer than all that they are made from.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { writeFileAtomic } from '../src/node/files/write-file.js';
import { buildDetector } from './mediapipe/detector.js';
import { buildLandmarker } from './mediapipe/landmarker.js';
import { readTflite } from './mediapipe/read-tflite.js';
import { FACE_MESH, FULL_RANGE_DETECTOR, loadSource, sourcePath } from './mediapipe/sources.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const models = [
  { path: `${root}models/face-detector-mediapipe.onnx`, source: FULL_RANGE_DETECTOR, build: buildDetector },
  { path: `${root}models/face-landmarker-mediapipe.onnx`, source: FACE_MESH, build: buildLandmarker },
];

/** Folders with code that decides about the bytes of the networks. */
const CODE = ['scripts/mediapipe', 'src/landmark106', 'src/merged', 'src/onnx', 'src/scrfd'];

function isFresh(path: string, source: string): boolean {
  if (!existsSync(path)) return false;
  const code = CODE.flatMap((folder) => readdirSync(`${root}${folder}`).map((file) => `${root}${folder}/${file}`));
  const built = statSync(path).mtimeMs;
  return [fileURLToPath(import.meta.url), source, ...code].every((file) => statSync(file).mtimeMs < built);
}

for (const { path, source, build } of models) {
  if (isFresh(path, sourcePath(source))) continue;
  await writeFileAtomic(path, build(readTflite(loadSource(source), source.name)));
}

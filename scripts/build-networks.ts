// Writes the two networks for drawn faces: models/drawn-faces-detector.onnx and models/drawn-faces-landmarker.onnx. Nothing is
// trained: the graphs look for the coloured discs that mark the key points of drawn faces (src/drawn-faces).
import { fileURLToPath } from 'node:url';
import { writeFileAtomic } from '../src/node/files/write-file.js';
import { buildDetector } from './networks/detector.js';
import { buildLandmarker } from './networks/landmarker.js';

const folder = fileURLToPath(new URL('../models/', import.meta.url));
await writeFileAtomic(`${folder}drawn-faces-detector.onnx`, buildDetector());
await writeFileAtomic(`${folder}drawn-faces-landmarker.onnx`, buildLandmarker());

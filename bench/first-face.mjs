// Process of `first-face.ts`: from its start to the first result.
import { FacialLandmarkDetector } from 'onnx-facial-lmk-detector/node';

const [file, detector, landmarker] = process.argv.slice(2);
const finder = await FacialLandmarkDetector.load({ detector, landmarker });
const { faces } = await finder.detect(file);
if (faces.length === 0) throw new Error('no face');
await finder.close();

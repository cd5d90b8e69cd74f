// Prints the faces that a detector, a pool and a pool closed by its block find in the picture that comes with the package.
import { createPool, FacialLandmarkDetector } from 'onnx-facial-lmk-detector/node';

const [, , photo] = process.argv;
const detector = await FacialLandmarkDetector.load();
const pool = await createPool({ workers: 2 });
const found = [await detector.detect(photo), await pool.detect(photo)];
await detector.close();
await pool.close();
console.log(JSON.stringify(found.map(({ faces }) => faces)));

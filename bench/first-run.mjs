// Process of `first-face.ts`: runtime and decoder alone, with nothing around them.
import { readFile } from 'node:fs/promises';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import sharp from 'sharp';

const [file, detector, landmarker, side] = process.argv.slice(2);
const options = { logSeverityLevel: 3 };
const first = await InferenceSession.create(detector, options);
const second = await InferenceSession.create(landmarker, options);
await sharp(await readFile(file))
  .raw()
  .toBuffer();
for (const [session, length] of [
  [first, Number(side)],
  [second, 192],
]) {
  const input = new Tensor('float32', new Float32Array(3 * length * length), [1, 3, length, length]);
  await session.run({ [session.inputNames[0]]: input });
}
await Promise.all([first.release(), second.release()]);

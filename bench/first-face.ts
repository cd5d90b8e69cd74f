import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { encodeImage, FacialLandmarkDetector } from 'onnx-facial-lmk-detector/node';
import type { Bench } from './bench.js';
import { measure } from './harness.js';

const BASELINE = 'runtime, decoder and networks alone';

/** From the start of a process to the first face of one picture, beside a process that loads and runs the same without a library. */
export const benchFirstFace: Bench = async ({ models, images, rounds }) => {
  const [{ name, image }] = images;
  const folder = await mkdtemp(join(tmpdir(), 'facial-lmk-first-'));
  const file = join(folder, `${name}.jpg`);
  await writeFile(file, await encodeImage(image, 'jpeg'));
  const detector = await FacialLandmarkDetector.load(models);
  const { detectorSide } = (await detector.detect(image)).networks.options;
  await detector.close();
  const inProcess = (script: string) => () =>
    promisify(execFile)(
      process.execPath,
      [
        fileURLToPath(new URL(script, import.meta.url)),
        ...[file, models.detector, models.landmarker, String(detectorSide)],
      ],
      // Both without the runtime's reports, which the library turns off.
      { env: { ...process.env, ORT_DISABLE_TELEMETRY: '1' } },
    );
  const rows = await measure(
    {
      'Node alone': () => promisify(execFile)(process.execPath, ['--eval', '0']),
      [BASELINE]: inProcess('./first-run.mjs'),
      'first face': inProcess('./first-face.mjs'),
    },
    { rounds, baseline: BASELINE },
  );
  await rm(folder, { recursive: true });
  return [{ title: `First face, ${name} (${image.width} x ${image.height})`, baseline: BASELINE, rows }];
};

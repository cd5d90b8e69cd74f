// Follows the faces of a film: raw RGB frames on standard input, one line of JSON for each frame on standard output.
//   ffmpeg -i film.mp4 -f rawvideo -pix_fmt rgb24 - | npx tsx scripts/track-video.ts --width 1280 --height 720
import { parseArgs } from 'node:util';
import { print } from '../src/cli/standard-output.js';
import { FaceTracker, FacialLmkError, findModels, frames, InvalidImageError, loadNetwork } from '../src/node/index.js';
import { checkInteger, checkNumber } from '../src/options.js';

const { values } = parseArgs({
  options: {
    width: { type: 'string', default: '' },
    height: { type: 'string', default: '' },
    fps: { type: 'string', default: '30' },
    networks: { type: 'string' },
  },
});

async function main(): Promise<void> {
  const width = checkInteger('--width', Number(values.width || Number.NaN), 1, 100_000);
  const height = checkInteger('--height', Number(values.height || Number.NaN), 1, 100_000);
  const rate = checkNumber('--fps', Number(values.fps), 0.01, 10_000);
  const paths = await findModels({ networks: values.networks });
  const networks = { detector: await loadNetwork(paths.detector), landmarker: await loadNetwork(paths.landmarker) };
  const tracker = new FaceTracker(networks);
  let index = 0;
  try {
    for await (const frame of frames(process.stdin, { width, height })) {
      const time = index / rate;
      const faces = await tracker.track(frame, time);
      const line = {
        frame: index++,
        time,
        faces: faces.map(({ id, score, box, landmarksFloat }) => ({
          id,
          score,
          bbox: [box.x1, box.y1, box.x2, box.y2],
          landmarks: landmarksFloat.map(({ x, y }) => [x, y]),
        })),
      };
      if (!(await print(`${JSON.stringify(line)}\n`))) return;
    }
  } finally {
    await Promise.all([networks.detector.close(), networks.landmarker.close()]);
  }
}

// `print` hears of an error itself.
process.stdout.on('error', () => undefined);
try {
  await main();
} catch (error) {
  if (!(error instanceof FacialLmkError)) throw error;
  console.error(error.message);
  // A frame that was cut off comes behind the lines of all others.
  process.exitCode = error instanceof InvalidImageError ? 1 : 2;
}

// Follows the faces of a film: one line of JSON for each frame, with an id for each face. Needs ffmpeg.
//   node examples/film.mjs film.mp4
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { FaceTracker, frames } from 'onnx-facial-lmk-detector';
import { findModels, loadNetwork } from 'onnx-facial-lmk-detector/node';

const [film] = process.argv.slice(2);
const probe = '-v error -select_streams v:0 -show_entries stream=width,height,r_frame_rate -of json'.split(' ');
const { width, height, r_frame_rate: rate } = JSON.parse(execFileSync('ffprobe', [...probe, film])).streams[0];
const [count, seconds] = rate.split('/').map(Number);

const raw = '-f rawvideo -pix_fmt rgb24 -'.split(' ');
const ffmpeg = spawn('ffmpeg', ['-v', 'error', '-noautorotate', '-i', film, ...raw], {
  stdio: ['ignore', 'pipe', 'inherit'],
});

const paths = await findModels();
const networks = { detector: await loadNetwork(paths.detector), landmarker: await loadNetwork(paths.landmarker) };
const tracker = new FaceTracker(networks);
let index = 0;
for await (const frame of frames(ffmpeg.stdout, { width, height })) {
  const time = (index * seconds) / count;
  const faces = await tracker.track(frame, time);
  const list = faces.map(({ id, box, landmarks }) => ({ id, box, noseTip: landmarks[86] }));
  console.log(JSON.stringify({ frame: index++, time, faces: list }));
}
await Promise.all([networks.detector.close(), networks.landmarker.close()]);
if (ffmpeg.exitCode === null) await once(ffmpeg, 'exit');
process.exitCode = ffmpeg.exitCode;

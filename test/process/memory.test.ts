// How much memory many calls take that are made at once, in processes of their own.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const entry = new URL('../../dist/node/index.js', import.meta.url).href;

/** Megabytes that a process takes at most for so many calls at once, over what it took after a few; most are aborted in time. */
async function growth(open: string, image: string, calls: number): Promise<number> {
  const program = `
    import { writeFileSync } from 'node:fs';
    import * as lib from ${JSON.stringify(entry)};
    const target = await lib.${open};
    const photo = lib.drawScene({ seed: 7, width: 3000, height: 2000, faces: 2 }).image;
    const frame = lib.drawScene({ seed: 7, width: 640, height: 480, faces: 2 }).image;
    const jpeg = await lib.encodeImage(photo, 'jpeg');
    for (let i = 0; i < 4; i++) await target.detect(${image});
    const resident = () => process.memoryUsage().rss / 1e6;
    const before = resident();
    let most = before;
    const timer = setInterval(() => { most = Math.max(most, resident()); }, 5);
    const controller = new AbortController();
    const all = Array.from({ length: ${calls} }, () => target.detect(${image}, { signal: controller.signal }));
    await Promise.all(all.slice(0, 12));
    most = Math.max(most, resident());
    controller.abort();
    const late = (await Promise.allSettled(all)).slice(${calls / 2});
    if (late.some(({ status }) => status === 'fulfilled')) throw new Error('too late for an abort');
    clearInterval(timer);
    await target.close();
    console.log(most - before);`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
  });
  return Number(stdout);
}

describe('calls that are made at once', () => {
  it.each([
    ['a detector, raw pixels', 'FacialLandmarkDetector.load({ networks: "drawn-faces" })', 'frame'],
    ['a detector, encoded', 'FacialLandmarkDetector.load({ networks: "drawn-faces", imageMemory: 5e7 })', 'jpeg'],
    ['a pool, raw pixels', 'createPool({ networks: "drawn-faces", workers: 2, maxQueue: 1000 })', 'frame'],
    [
      'a pool, encoded',
      'createPool({ networks: "drawn-faces", workers: 2, maxQueue: 1000, imageMemory: 5e7 })',
      'jpeg',
    ],
  ])('take no more memory than a few: %s', async (_, open, image) => {
    expect(await growth(open, image, 500)).toBeLessThan(500);
  });
});

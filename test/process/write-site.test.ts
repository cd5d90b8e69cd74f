// The folder of the static page: complete, brought up to date, and never somebody else's by mistake.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileAccessError } from '../../src/errors.js';
import { writeSite } from '../../src/server/write-site.js';

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const models = fileURLToPath(new URL('../../models/', import.meta.url));
const DRAWN = {
  detector: `${models}drawn-faces-detector.onnx`,
  landmarker: `${models}drawn-faces-landmarker.onnx`,
  set: 'drawn-faces',
  licence: '</script>',
};

let folder: string;
let site: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'facial-lmk-site-'));
  site = join(folder, 'site');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const read = (path: string) => readFileSync(join(site, path));
/** What the service worker is told. */
const told = (): { version: string; files: Record<string, string> } =>
  JSON.parse(/^const SITE = (.*);\n/.exec(read('service-worker.js').toString())?.[1] ?? '');
const all = () => readdirSync(site, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());

describe('writeSite', () => {
  it('writes every file that it tells the service worker of, and nothing else', async () => {
    const { files } = await writeSite(site);
    const { files: digests } = told();
    for (const [path, digest] of Object.entries(digests)) {
      expect([path, createHash('sha256').update(read(path)).digest('hex')]).toEqual([path, digest]);
    }
    expect(files).toBe(Object.keys(digests).length + 1);
    expect(all()).toHaveLength(files + 1);
    expect(readdirSync(folder)).toEqual(['site']);
  });

  it('holds the page’s settings in its element, whatever a licence is called', async () => {
    await writeSite(site, { networks: DRAWN });
    const html = read('index.html').toString();
    const [, json] = /<script id="site" type="application\/json">(.*?)<\/script>/.exec(html) as RegExpExecArray;
    expect(JSON.parse(json)).toEqual({
      service: false,
      networks: { ...DRAWN, detector: 'models/detector.onnx', landmarker: 'models/landmarker.onnx' },
    });
    expect(html).not.toContain('<!-- site -->');
    expect(html).not.toContain('<!-- policy -->');
  });

  it('takes the runtime for graphics cards along, and the page is told where it lies', async () => {
    await writeSite(site, { networks: DRAWN, webgpu: true });
    const [script, ...others] = Object.keys(told().files).filter((path) => path.startsWith('lib/webgpu-runtime/'));
    expect(others).toEqual(['mjs', 'wasm'].map((kind) => expect.stringMatching(new RegExp(`asyncify\\.${kind}$`))));
    expect(read('index.html').toString()).toContain(`"webgpu":"./${script}"`);
    expect(read(script).toString()).not.toContain('sourceMappingURL');
  });

  it('brings its own folder up to date: other networks, another version, and what others put there stays', async () => {
    await writeSite(site);
    const before = told().version;
    mkdirSync(join(site, '.git'));
    writeFileSync(join(site, '.git/HEAD'), 'ref');
    writeFileSync(join(site, 'CNAME'), 'faces.example.org');
    await writeSite(site, { networks: DRAWN });
    expect(readdirSync(join(site, 'models')).sort()).toEqual(['detector.onnx', 'landmarker.onnx']);
    expect([read('CNAME').toString(), read('.git/HEAD').toString()]).toEqual(['faces.example.org', 'ref']);
    expect(told().version).not.toBe(before);
  });

  it('gives the same version for the same files', async () => {
    await writeSite(site, { networks: DRAWN });
    const { version } = told();
    await writeSite(site, { networks: DRAWN });
    expect(told().version).toBe(version);
  });

  it('refuses a folder of somebody else, touches nothing there, and writes between its files only when told to', async () => {
    mkdirSync(site);
    writeFileSync(join(site, 'index.html'), 'mine');
    await expect(writeSite(site, { networks: DRAWN })).rejects.toThrow(/index\.html.*--force/);
    expect(readdirSync(site)).toEqual(['index.html']);
    expect(read('index.html').toString()).toBe('mine');
    await writeSite(site, { networks: DRAWN, overwrite: true });
    expect(read('index.html').toString()).not.toBe('mine');
  });

  it('refuses a file in place of the folder', async () => {
    writeFileSync(site, 'a file');
    await expect(writeSite(site, { networks: DRAWN })).rejects.toThrow(FileAccessError);
    expect(readFileSync(site, 'utf8')).toBe('a file');
  });

  it('removes nothing outside its folder, whatever a list in it says', async () => {
    mkdirSync(site);
    const outside = join(folder, 'outside.txt');
    writeFileSync(outside, 'here');
    const files = ['../outside.txt', outside, 'models/../../outside.txt'];
    writeFileSync(join(site, 'site-files.json'), JSON.stringify({ writtenBy: 'onnx-facial-lmk-detector 0', files }));
    await writeSite(site, { networks: DRAWN, overwrite: true });
    expect(existsSync(outside)).toBe(true);
  });
});

describe('facial-lmk page', () => {
  const page = (...args: string[]) => spawnSync(process.execPath, [main, 'page', ...args], { encoding: 'utf8' });

  it('says where the page is, and what is wrong with a folder', () => {
    const { status, stderr } = page('--networks', 'drawn-faces', '--out', site);
    expect({ status, stderr }).toMatchObject({
      status: 0,
      stderr: expect.stringMatching(/index\.html: \d+ files, \d/),
    });
    rmSync(join(site, 'site-files.json'));
    const refused = page('--networks', 'drawn-faces', '--out', site);
    expect({ status: refused.status, stderr: refused.stderr }).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--force'),
    });
  });
});

// Compiles the package where what is in dist/ is older than anything it is made from. Tests run commands, threads and pages
// from there, and so what stands in the sources now. Plain JavaScript, because nothing is compiled when it starts.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What a build writes last. */
const LAST = `${root}dist/wasm-runtime/ort-wasm-simd-threaded.mjs`;
const OTHERS = ['face-detector-mediapipe.onnx', 'face-landmarker-mediapipe.onnx'].map(
  (file) => `${root}models/${file}`,
);

/** Folders count too: one that lost a file has changed. */
function sources() {
  const folders = ['src', 'assembly', 'scripts'].flatMap((folder) => [
    folder,
    ...readdirSync(`${root}${folder}`, { recursive: true }).map((path) => `${folder}/${path}`),
  ]);
  const settings = readdirSync(root).filter((file) => /^(tsconfig.*|package|package-lock)\.json$/.test(file));
  return [...folders, ...settings].map((path) => `${root}${path}`);
}

function isFresh() {
  if (![LAST, ...OTHERS].every((path) => existsSync(path))) return false;
  const built = statSync(LAST).mtimeMs;
  return sources().every((path) => statSync(path).mtimeMs <= built);
}

/** @throws Error when the sources do not compile; the compiler has said why */
export default function buildIfStale() {
  if (isFresh()) return;
  // Also modules whose sources are gone.
  rmSync(`${root}dist`, { recursive: true, force: true });
  const { status } = spawnSync('npm run --silent build', {
    cwd: root,
    shell: true,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) throw new Error('The package did not compile.');
}

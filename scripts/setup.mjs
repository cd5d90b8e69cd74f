// Brings a fresh clone to a runnable state: installs the locked dependencies when they are missing or older than
// the lock file, then compiles src/ where dist/ is older. Plain JavaScript, because nothing is installed when it starts.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import buildIfStale from './build-if-stale.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

function run(command) {
  const result = spawnSync(command, {
    cwd: root,
    shell: true,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (result.status !== 0) {
    console.error(`setup: "${command}" failed; the output above says why.`);
    process.exit(result.status ?? 1);
  }
}

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    `setup: expected Node 20.19 or newer but this is ${process.version}. Install it from https://nodejs.org`,
  );
  process.exit(1);
}

const installed = `${root}node_modules/.package-lock.json`;
const locked = `${root}package-lock.json`;
// Where its install script could not download, npm has taken the optional native runtime away again.
const native = existsSync(`${root}node_modules/onnxruntime-node`);
if (!native || !existsSync(installed) || statSync(installed).mtimeMs < statSync(locked).mtimeMs) {
  // Every native binary we use ships inside its package. Install scripts would add nothing but a CUDA download.
  run('npm ci --ignore-scripts --no-audit --no-fund');
}
try {
  buildIfStale();
} catch (error) {
  console.error(`setup: ${error.message}`);
  process.exit(1);
}

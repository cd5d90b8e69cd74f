// Compiles assembly/ to WebAssembly and embeds the bytes in a TypeScript module, so that the pure entry needs neither a
// file system nor a bundler setting to find them. Does nothing while the result is newer than its sources.
import { existsSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const output = `${root}src/kernels/wasm-binary.ts`;

const options = [
  ...['--optimizeLevel', '3', '--shrinkLevel', '0'],
  // No allocator, no garbage collector, no abort import: memory is laid out at compile time and never grows.
  ...['--runtime', 'stub', '--noAssert', '--use', 'abort='],
  ...['--enable', 'simd'],
];

function isFresh() {
  if (!existsSync(output)) return false;
  const sources = readdirSync(`${root}assembly`).map((name) => `${root}assembly/${name}`);
  const built = statSync(output).mtimeMs;
  return [fileURLToPath(import.meta.url), ...sources].every((path) => statSync(path).mtimeMs < built);
}

async function buildKernels() {
  const { default: asc } = await import('assemblyscript/asc');
  let binary;
  const { error, stderr } = await asc.main(
    ['assembly/index.ts', '--baseDir', root, '--outFile', 'kernels.wasm', ...options],
    {
      writeFile: (_name, contents) => {
        binary = contents;
      },
    },
  );
  if (error) throw new Error(`The kernels did not compile. ${error.message}\n${stderr}`);
  // In base64, which is a third of the length of a list of numbers.
  const text = Buffer.from(binary).toString('base64');
  const partial = `${output}.${process.pid}.part`;
  writeFileSync(
    partial,
    `// Generated from assembly/ by scripts/build-kernels.mjs.\nexport const KERNEL_BINARY = '${text}';\n`,
  );
  renameSync(partial, output);
}

if (!isFresh()) await buildKernels();

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { BenchImage } from '../bench.js';

// Not by the package's name: this folder is a package of its own, from which that name cannot be resolved.
type PixelImage = BenchImage['image'];

/** Another library, loaded and ready. */
export interface Peer {
  /** With its version and what it runs on. */
  name: string;
  /** Brings an image into the library's own form, which is not measured, for a function that counts the faces it finds. */
  prepare(image: PixelImage): () => Promise<number>;
}

const FOLDER = fileURLToPath(new URL('.', import.meta.url));

/** Where the packages of this folder lie. */
export const PACKAGES = `${FOLDER}node_modules/`;

/** Installs the packages of this folder, which are no part of the library, when they are first wanted. */
export function installPeers(): void {
  if (existsSync(PACKAGES)) return;
  execFileSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: FOLDER, stdio: 'inherit' });
}

/** A file of a package by its path: packages may export less than they hold. */
export const requirePeer: NodeJS.Require = createRequire(`${FOLDER}package.json`);

/** The part of TensorFlow.js that makes an image of pixels. */
export interface TensorFlow {
  tensor4d(values: Float32Array, shape: number[]): unknown;
}

/** RGB pixels as a tensor [1, height, width, 3] of 0 to 255. */
export function toTensor(tf: TensorFlow, { data, width, height }: PixelImage): unknown {
  return tf.tensor4d(Float32Array.from(data), [1, height, width, 3]);
}

/** `fetch` that reads files too, where TensorFlow.js takes its networks from. */
export function fetchFiles(fetch: typeof globalThis.fetch): typeof globalThis.fetch {
  return async (input, init) => {
    const address = String(input instanceof Request ? input.url : input);
    if (address.startsWith('file:')) return new Response(readFileSync(fileURLToPath(address)));
    return address.startsWith('/') ? new Response(readFileSync(address)) : fetch(input, init);
  };
}

/** Runs something while `fetch` also reads files. */
export async function withFileFetch<T>(run: () => Promise<T>): Promise<T> {
  const { fetch } = globalThis;
  globalThis.fetch = fetchFiles(fetch);
  try {
    return await run();
  } finally {
    globalThis.fetch = fetch;
  }
}

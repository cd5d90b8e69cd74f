// Packs the package once for all tests that install it, because packing builds it anew.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Path of the packed package. */
    tarball: string;
  }
}

const root = fileURLToPath(new URL('../..', import.meta.url));

export default function pack(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'facial-lmk-packed-'));
  execFileSync('npm', ['pack', '--pack-destination', folder], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  project.provide('tarball', join(folder, readdirSync(folder)[0]));
  return () => rmSync(folder, { recursive: true, force: true });
}

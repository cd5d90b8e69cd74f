// Puts the service's page beside the compiled server: the browser takes it as it is, so there is nothing to compile.
import { cpSync } from 'node:fs';

const from = new URL('../src/server/page/', import.meta.url);
cpSync(from, new URL('../dist/server/page/', import.meta.url), { recursive: true });

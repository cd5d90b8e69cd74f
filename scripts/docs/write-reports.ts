// `npm run api`: writes the reports of everything that is exported into docs/api/. A test compares them.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { extractApi, REPORTS } from './extract-api.js';

const models = mkdtempSync(join(tmpdir(), 'facial-lmk-api-'));
extractApi(REPORTS, models);
rmSync(models, { recursive: true });

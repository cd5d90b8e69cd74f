// What users can import changes only on purpose: the reports in docs/api/ are those of what was just built.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENTRIES, extractApi, REPORTS } from '../../scripts/docs/extract-api.js';

const folder = mkdtempSync(join(tmpdir(), 'facial-lmk-api-'));
const reports = join(folder, 'reports');
const models = join(folder, 'models');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const textOf = (place: string, report: string) => readFileSync(join(place, report), 'utf8');

describe('the API report', () => {
  beforeAll(() => extractApi(reports, models), 120_000);

  it.each(Object.keys(ENTRIES))('of the entry %s is as committed; `npm run api` writes it anew', (name) => {
    const report = `${name}.api.md`;
    expect(textOf(reports, report)).toBe(textOf(REPORTS, report));
  });

  it('covers every entry, and no other', () => {
    expect(readdirSync(REPORTS)).toEqual(readdirSync(reports));
  });
});

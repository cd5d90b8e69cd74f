// `npm run docs`: the documentation as static files that ask for nothing elsewhere, in the folder site/.
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type ApiItem, apiPage } from './api-page.js';
import { ENTRIES, extractApi } from './extract-api.js';
import { type Group, pageOf, ROOT, writtenPages } from './pages.js';
import { type Heading, renderPage } from './render.js';

const site = resolve(process.argv[2] ?? join(ROOT, 'site'));

/** The reference of every entry. What the main entry exports, all others but the kernels export too: it is described once. */
function apiPages(): Group {
  const folder = mkdtempSync(join(tmpdir(), 'facial-lmk-docs-'));
  try {
    extractApi(folder, folder);
    const exportsOf = (entry: string): ApiItem[] =>
      JSON.parse(readFileSync(join(folder, `${entry}.api.json`), 'utf8')).members[0].members;
    const main = new Set(exportsOf('main').map(({ name }) => name!));
    const pages = Object.entries(ENTRIES).map(([entry, { title, intro }]) =>
      pageOf(`api-${entry}`, apiPage({ title, intro }, exportsOf(entry), entry === 'main' ? new Set() : main)),
    );
    return { name: 'Reference', pages };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const groups = writtenPages();
groups.splice(-1, 0, apiPages());
rmSync(site, { recursive: true, force: true });
mkdirSync(join(site, 'files'), { recursive: true });
const headings: Heading[] = [];
for (const page of groups.flatMap(({ pages }) => pages)) {
  const rendered = renderPage(page, groups);
  writeFileSync(join(site, page.file), rendered.html);
  headings.push({ file: page.file, page: '', text: page.title, id: '' }, ...rendered.headings);
  for (const [to, from] of rendered.files) copyFileSync(join(ROOT, from), join(site, to));
}
copyFileSync(join(ROOT, 'scripts/docs/style.css'), join(site, 'style.css'));
const index = JSON.stringify(headings.map(({ file, page, text, id }) => [file, page, text, id]));
writeFileSync(
  join(site, 'search.js'),
  `const HEADINGS = ${index};\n${readFileSync(join(ROOT, 'scripts/docs/search.js'), 'utf8')}`,
);
console.log(`${groups.flatMap(({ pages }) => pages).length} pages in ${site}`);

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const ROOT: string = fileURLToPath(new URL('../..', import.meta.url));

/** A page of the site: where its Markdown lies in the repository, and what it is called there. */
export interface Page {
  /** Path from the root of the repository; a page that is made and lies nowhere has a name of its own. */
  source: string;
  markdown: string;
  /** File in the site. */
  file: string;
  title: string;
}

/** A heading of the navigation with its pages. */
export interface Group {
  name: string;
  pages: Page[];
}

/** The pages in the order in which somebody may read them. */
const GROUPS: Record<string, readonly string[]> = {
  'Getting started': ['README.md', 'docs/first-face.md', 'docs/networks.md', 'docs/faq.md', 'docs/troubleshooting.md'],
  Guides: [
    'docs/browser.md',
    'docs/service.md',
    'docs/containers.md',
    'docs/folders-and-video.md',
    'docs/hide-faces.md',
    'docs/scale.md',
    'docs/custom-pipelines.md',
    'docs/devices.md',
    'docs/merged-model.md',
    'docs/examples.md',
  ],
  'Coming from': ['docs/from-python.md', 'docs/from-other-libraries.md', 'docs/comparison.md'],
  'What to expect': ['docs/accuracy.md', 'docs/performance.md', 'SECURITY.md', 'models/README.md'],
  'The project': ['CONTRIBUTING.md', 'CODE_OF_CONDUCT.md', 'CHANGELOG.md'],
};

/** The text of a page's first heading. */
export function titleOf(markdown: string): string {
  const [, title] = /^# (.+)$/m.exec(markdown) ?? [];
  if (title === undefined) throw new Error('A page begins with a heading: # Title');
  return title.replaceAll('`', '');
}

/** A page from its Markdown. */
export function pageOf(source: string, markdown: string): Page {
  const name = source === 'README.md' ? 'index' : source.replace(/\.md$/, '').replace(/^docs\//, '');
  const file = `${name.replaceAll('/', '-').replaceAll('_', '-').toLowerCase()}.html`;
  return { source, markdown, file, title: titleOf(markdown) };
}

/** Markdown files in `docs/`, as paths from the root. */
const guides = (): string[] =>
  readdirSync(`${ROOT}docs`)
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`)
    .sort();

/** Every page that is written by hand. A guide that stands in no group yet is one of the guides. */
export function writtenPages(): Group[] {
  const listed = new Set(Object.values(GROUPS).flat());
  const others = guides().filter((source) => !listed.has(source));
  return Object.entries(GROUPS).map(([name, sources]) => ({
    name,
    pages: (name === 'Guides' ? [...sources, ...others] : sources).map((source) =>
      pageOf(source, readFileSync(`${ROOT}${source}`, 'utf8')),
    ),
  }));
}

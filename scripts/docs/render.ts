import { readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { Marked, type Tokens } from 'marked';
import { type Group, type Page, ROOT } from './pages.js';

/** A heading that can be searched and linked. */
export interface Heading {
  file: string;
  page: string;
  text: string;
  id: string;
}

/** A page as HTML, with what it needs beside itself. */
export interface Rendered {
  html: string;
  headings: Heading[];
  /** Files of the repository that the page shows or links, by their place in the site. */
  files: Map<string, string>;
}

export const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** The anchor of a heading, made as on the pages where Markdown is usually read: letters, digits, hyphens. */
export function slug(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(/\s/g, '-');
}

const IMAGES = /\.(png|jpe?g|svg|webp)$/;

/**
 * Where a link of a page leads in the site.
 * @param remember takes note of files of the repository that have to lie beside the page
 */
function target(href: string, source: string, pages: readonly Page[], remember: (from: string, to: string) => void) {
  if (/^[a-z]+:/.test(href) || href.startsWith('#')) return href;
  const [path, anchor] = href.split('#');
  const from = posix.normalize(posix.join(dirname(source), path));
  const page = pages.find((page) => page.source === from);
  if (page) return anchor === undefined ? page.file : `${page.file}#${anchor}`;
  // Browsers show text, where they offer a program for download.
  const to = `files/${from.replaceAll('/', '-')}${IMAGES.test(from) ? '' : '.txt'}`;
  remember(from, to);
  return to;
}

/** Markdown as HTML. */
export function renderPage(page: Page, groups: readonly Group[]): Rendered {
  const pages = groups.flatMap(({ pages }) => pages);
  const files = new Map<string, string>();
  const headings: Heading[] = [];
  const lead = (href: string) => target(href, page.source, pages, (from, to) => files.set(to, from));
  const marked = new Marked({
    renderer: {
      heading({ tokens, depth, text }: Tokens.Heading) {
        const plain = text.replaceAll('`', '').replaceAll(/\[([^\]]+)\]\([^)]*\)/g, '$1');
        const id = slug(plain);
        if (depth > 1) headings.push({ file: page.file, page: page.title, text: plain, id });
        return `<h${depth} id="${escapeHtml(id)}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
      },
      link({ href, tokens }: Tokens.Link) {
        return `<a href="${escapeHtml(lead(href))}">${this.parser.parseInline(tokens)}</a>`;
      },
      image({ href, text }: Tokens.Image) {
        return `<img src="${escapeHtml(lead(href))}" alt="${escapeHtml(text)}">`;
      },
      table(token: Tokens.Table) {
        const cell = (tag: string) => (cell: Tokens.TableCell) =>
          `<${tag}${cell.align ? ` class="${cell.align}"` : ''}>${this.parser.parseInline(cell.tokens)}</${tag}>`;
        const head = token.header.some(({ text }) => text !== '')
          ? `<thead><tr>${token.header.map(cell('th')).join('')}</tr></thead>`
          : '';
        const rows = token.rows.map((row) => `<tr>${row.map(cell('td')).join('')}</tr>`).join('\n');
        // Wide tables scroll by themselves, so that the page does not.
        return `<div class="table" tabindex="0"><table>${head}<tbody>${rows}</tbody></table></div>\n`;
      },
      html({ text }: Tokens.HTML | Tokens.Tag) {
        return text.replaceAll(/\b(src|href)="([^"]+)"/g, (_, name, href) => `${name}="${escapeHtml(lead(href))}"`);
      },
    },
  });
  const body = marked.parse(page.markdown, { async: false });
  return { html: shell(page, groups, body, headings), headings, files };
}

function shell(page: Page, groups: readonly Group[], body: string, headings: readonly Heading[]): string {
  const link = ({ file, title }: Page) =>
    `<li><a href="${file}"${file === page.file ? ' aria-current="page"' : ''}>${escapeHtml(title)}</a></li>`;
  const navigation = groups
    .map(({ name, pages }) => `<h2>${escapeHtml(name)}</h2>\n<ul>${pages.map(link).join('')}</ul>`)
    .join('\n');
  const sections = headings.map(({ id, text }) => `<li><a href="#${id}">${escapeHtml(text)}</a></li>`).join('');
  const fill: Record<string, string> = { title: escapeHtml(page.title), navigation, body, sections };
  return readFileSync(join(ROOT, 'scripts/docs/shell.html'), 'utf8').replaceAll(
    /\{\{(\w+)\}\}/g,
    (_, name: string) => fill[name],
  );
}

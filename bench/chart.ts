import type { Section } from './bench.js';

const WIDTH = 720;
const LABEL = 210;
const BAR = 18;
const GAP = 6;
const COLORS = ['#8a94a6', '#2f6fde', '#7fa6ea', '#d9822b'];

const escapeXml = (text: string) => text.replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c] ?? c);

/** Horizontal bars of milliseconds, one group a section, each group on its own scale. Readable on light and dark. */
export function chartSvg(sections: readonly Section[]): string {
  const parts: string[] = [];
  let y = 8;
  for (const { title, rows } of sections) {
    const longest = Math.max(...rows.map((row) => row.median));
    y += 18;
    parts.push(`<text x="0" y="${y}" font-weight="600">${escapeXml(title)}</text>`);
    y += 8;
    rows.forEach((row, i) => {
      const width = Math.max(1, ((WIDTH - LABEL - 150) * row.median) / longest);
      const middle = y + BAR / 2 + 4;
      const times = row.ratio && i > 0 ? `, ${row.ratio.median.toFixed(2)} x` : '';
      parts.push(
        `<text x="${LABEL - 8}" y="${middle}" text-anchor="end">${escapeXml(row.name)}</text>`,
        `<rect x="${LABEL}" y="${y}" width="${width.toFixed(1)}" height="${BAR}" rx="2" fill="${COLORS[i % COLORS.length]}"/>`,
        `<text x="${(LABEL + width + 6).toFixed(1)}" y="${middle}">${row.median.toFixed(1)} ms${times}</text>`,
      );
      y += BAR + GAP;
    });
    y += 10;
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${y}" viewBox="0 0 ${WIDTH} ${y}" `,
    `role="img" font-family="system-ui, sans-serif" font-size="13" fill="#5b6472">\n`,
    `<title>${escapeXml(sections.map(({ title }) => title).join('; '))}, in milliseconds</title>\n${parts.join('\n')}\n</svg>\n`,
  ].join('');
}

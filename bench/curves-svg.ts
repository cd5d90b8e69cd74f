import { describeGrowth, growth, type Sample, valueAt } from './growth.js';

/** How one quantity grows with another. */
export interface Curve {
  title: string;
  /** What is on either axis, with its unit. */
  x: string;
  y: string;
  samples: readonly Sample[];
  /** Beyond this another law holds, and nothing is fitted. */
  fittedTo?: number | undefined;
}

const STEPS = 24;

/** What the fit is made of. */
export const fitOf = ({ samples, fittedTo = Number.POSITIVE_INFINITY }: Curve) =>
  growth(samples.filter(([x]) => x <= fittedTo));

const [PANEL_WIDTH, PANEL_HEIGHT, COLUMNS] = [300, 220, 3];
const FRAME = { left: 46, top: 40, right: 14, bottom: 40 };

const escapeXml = (text: string) => text.replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c] ?? c);
const short = (value: number) => Number(value.toPrecision(3)).toString();

/** Logarithmic, with room at both ends; at least twofold, so that what is constant looks constant. */
function axis(values: readonly number[], from: number, to: number): (value: number) => number {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const middle = Math.sqrt(least * most);
  const half = Math.max(Math.sqrt(most / least), Math.SQRT2) * 1.15;
  const share = (value: number) => Math.log((value / middle) * half) / (2 * Math.log(half));
  return (value) => from + share(value) * (to - from);
}

function panel(curve: Curve, left: number, top: number): string[] {
  const { title, x, y, samples } = curve;
  const [xs, ys] = [samples.map(([value]) => value), samples.map(([, value]) => value)];
  const [x0, x1] = [left + FRAME.left, left + PANEL_WIDTH - FRAME.right];
  const [y0, y1] = [top + PANEL_HEIGHT - FRAME.bottom, top + FRAME.top];
  const [toX, toY] = [axis(xs, x0, x1), axis(ys, y0, y1)];
  const fit = fitOf(curve);
  const [least, most] = [Math.min(...xs), Math.min(Math.max(...xs), curve.fittedTo ?? Number.POSITIVE_INFINITY)];
  const line = Array.from({ length: STEPS + 1 }, (_, step) => {
    const at = least * (most / least) ** (step / STEPS);
    return `${toX(at).toFixed(1)},${Math.min(Math.max(toY(valueAt(fit, at)), y1), y0).toFixed(1)}`;
  });
  const text = (content: string, at: readonly [number, number], more: string) =>
    `<text x="${at[0].toFixed(1)}" y="${at[1].toFixed(1)}" ${more}>${escapeXml(content)}</text>`;
  return [
    text(title, [left + 8, top + 16], 'font-weight="600"'),
    text(describeGrowth(fit, y), [left + 8, top + 31], 'fill="#d9822b"'),
    `<path d="M${x0} ${y1}V${y0}H${x1}" fill="none" stroke="#8a94a6"/>`,
    `<path d="M${line.join('L')}" fill="none" stroke="#d9822b" stroke-width="1.5" stroke-dasharray="4 3"/>`,
    ...samples.flatMap(([at, value]) => [
      `<circle cx="${toX(at).toFixed(1)}" cy="${toY(value).toFixed(1)}" r="3.5" fill="#2f6fde"/>`,
      text(short(at), [toX(at), y0 + 14], 'text-anchor="middle" font-size="10"'),
    ]),
    ...[Math.min(...ys), Math.max(...ys)].map((value) =>
      text(short(value), [x0 - 5, toY(value) + 4], 'text-anchor="end" font-size="10"'),
    ),
    text(x, [(x0 + x1) / 2, y0 + 30], 'text-anchor="middle"'),
    text(y, [x0 + 4, y1 + 2], 'font-size="11"'),
  ];
}

/** Curves side by side, both axes logarithmic: a power law is a straight line. Readable on light and dark. */
export function curvesSvg(curves: readonly Curve[]): string {
  const [width, height] = [COLUMNS * PANEL_WIDTH, Math.ceil(curves.length / COLUMNS) * PANEL_HEIGHT];
  const panels = curves.flatMap((curve, i) =>
    panel(curve, (i % COLUMNS) * PANEL_WIDTH, Math.floor(i / COLUMNS) * PANEL_HEIGHT),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" `,
    'role="img" font-family="system-ui, sans-serif" font-size="12" fill="#5b6472">\n',
    `<title>${escapeXml(curves.map(({ title }) => title).join('; '))}</title>\n${panels.join('\n')}\n</svg>\n`,
  ].join('');
}

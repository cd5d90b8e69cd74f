import { OVERLAY_COLORS } from '../overlay/colors.js';
import { escapeXml } from '../overlay/escape-xml.js';
import { areaUnderCed, MAX_ERROR } from './error-distribution.js';
import type { ErrorCurve } from './evaluation.js';

const WIDTH = 720;
/** Where the curves lie; around them the axes' labels, below them the legend. */
const PLOT = { left: 70, top: 50, right: 700, bottom: 410 };
const STEPS = 5;
const COLORS = [OVERLAY_COLORS.mouth, OVERLAY_COLORS.contour, OVERLAY_COLORS.rightEye, OVERLAY_COLORS.nose];

const x = (error: number) => PLOT.left + (error / MAX_ERROR) * (PLOT.right - PLOT.left);
const y = (share: number) => PLOT.bottom - share * (PLOT.bottom - PLOT.top);
const number = (value: number) => String(Math.round(value * 100) / 100);

function text(content: string, at: { x: number; y: number }, attributes = ''): string {
  return `<text x="${number(at.x)}" y="${number(at.y)}" ${attributes}>${escapeXml(content)}</text>`;
}

/** Lines and numbers of both axes. */
function grid(): string[] {
  return Array.from({ length: STEPS + 1 }, (_, i) => {
    const [error, share] = [(i / STEPS) * MAX_ERROR, i / STEPS];
    return [
      `<path d="M${number(x(error))} ${PLOT.top}V${PLOT.bottom}M${PLOT.left} ${number(y(share))}H${PLOT.right}" stroke="#dddddd"/>`,
      text(error.toFixed(2), { x: x(error), y: PLOT.bottom + 20 }, 'text-anchor="middle"'),
      text(`${Math.round(100 * share)} %`, { x: PLOT.left - 8, y: y(share) + 5 }, 'text-anchor="end"'),
    ];
  }).flat();
}

/** A step for each face at its own error. */
function steps(errors: readonly number[]): string {
  const within = errors.filter((error) => error <= MAX_ERROR).sort((a, b) => a - b);
  const path = within.map((error, i) => `H${number(x(error))}V${number(y((i + 1) / errors.length))}`);
  return `M${PLOT.left} ${PLOT.bottom}${path.join('')}H${PLOT.right}`;
}

/**
 * Cumulative error distributions (CED) as a stand-alone SVG document: over each error up to 0.1 the share of faces that stay
 * within it. Each curve's label is followed by the area under it.
 *
 * @param title of the whole, such as the networks' name
 */
export function cedSvg(curves: readonly ErrorCurve[], title: string): string {
  const drawn = curves.flatMap(({ label, errors }, i) => {
    const color = COLORS[i % COLORS.length];
    const legend = { x: PLOT.left + 36, y: PLOT.bottom + 80 + 22 * i };
    return [
      `<path class="ced" d="${steps(errors)}" fill="none" stroke="${color}" stroke-width="2.5"/>`,
      `<path d="M${legend.x - 36} ${legend.y - 5}h28" stroke="${color}" stroke-width="2.5"/>`,
      text(`${label}, area ${areaUnderCed(errors).toFixed(3)}`, legend),
    ];
  });
  const height = PLOT.bottom + 75 + 22 * curves.length;
  const middle = (PLOT.left + PLOT.right) / 2;
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}"` +
      ' font-family="system-ui, sans-serif" font-size="14">',
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    text(title, { x: middle, y: 30 }, 'text-anchor="middle" font-size="16"'),
    ...grid(),
    `<path d="M${PLOT.left} ${PLOT.top}V${PLOT.bottom}H${PLOT.right}" fill="none" stroke="#000000"/>`,
    text(
      'mean distance of the landmarks / distance of the outer eye corners',
      { x: middle, y: PLOT.bottom + 45 },
      'text-anchor="middle"',
    ),
    text('faces', { x: 20, y: PLOT.top - 15 }),
    ...drawn,
    '</svg>',
  ];
  return `${lines.join('\n')}\n`;
}

import { type ChecksOf, checkOptions, integerIn, optional } from '../check-options.js';
import { checkList, checkText } from '../options.js';
import { checkShape } from './check-shape.js';
import { OVERLAY_COLORS } from './colors.js';
import { escapeXml } from './escape-xml.js';
import { DIGIT_HEIGHT, FONT_FAMILY, FONT_WEIGHT } from './font.js';
import { labelBox, type OverlayShape } from './shape.js';

export interface OverlaySvgOptions {
  /** Of the image, pixels. */
  width: number;
  height: number;
  /** Address or data URL of the image to show below; without it the ground is transparent. */
  href?: string | undefined;
}

const pixels = integerIn(1, Number.MAX_SAFE_INTEGER);
const SVG_OPTIONS = { width: pixels, height: pixels, href: optional(checkText) } satisfies ChecksOf<OverlaySvgOptions>;

/** A hundredth of a pixel is finer than any screen. */
const number = (value: number) => String(Math.round(value * 100) / 100);

/** Below the shape the same one in black, wider by an edge on both sides. */
function strokes(shape: OverlayShape, element: (paint: string) => string, width: number): string {
  const edge = `stroke="${OVERLAY_COLORS.edge}" stroke-width="${number(width + 2 * shape.edge)}"`;
  return element(edge) + element(`stroke="${shape.color}" stroke-width="${number(width)}"`);
}

function element(shape: OverlayShape): string {
  switch (shape.kind) {
    case 'line': {
      const tag = shape.closed ? 'polygon' : 'polyline';
      const points = shape.points.map(({ x, y }) => `${number(x)},${number(y)}`).join(' ');
      return strokes(
        shape,
        (paint) => `<${tag} class="${shape.part}" points="${points}" fill="none" ${paint}/>`,
        shape.width,
      );
    }
    case 'disc': {
      const { center, radius, color, edge, part } = shape;
      // The edge lies around the disc, while a stroke lies half inside.
      return (
        `<circle class="${part}" cx="${number(center.x)}" cy="${number(center.y)}" r="${number(radius + edge / 2)}"` +
        ` fill="${color}" stroke="${OVERLAY_COLORS.edge}" stroke-width="${number(edge)}"/>`
      );
    }
    case 'label': {
      const { x1, x2, y2 } = labelBox(shape);
      // The viewer's own font: textLength holds the width whichever it is.
      return (
        `<text class="${shape.part}" x="${number(x1)}" y="${number(y2)}" font-size="${number(shape.size / DIGIT_HEIGHT)}"` +
        ` textLength="${number(x2 - x1)}" lengthAdjust="spacingAndGlyphs" fill="${shape.color}"` +
        ` stroke="${OVERLAY_COLORS.edge}" stroke-width="${number(2 * shape.edge)}">${escapeXml(shape.text)}</text>`
      );
    }
  }
}

/** Labels of all faces lie above the lines of all faces. */
function groupStart({ face, part, kind }: OverlayShape): string {
  if (part === 'legend') return '<g class="legend">';
  return `<g class="${kind === 'label' ? 'labels' : 'face'}" data-face="${face}">`;
}

/**
 * An overlay as a stand-alone SVG document of the image's size, to lay over the image or around it. Each element carries
 * its part as class, each face is a `<g class="face" data-face="0">`, its labels a `<g class="labels" data-face="0">`.
 *
 * @param shapes from `overlayShapes`
 * @throws InvalidOptionError
 */
export function overlaySvg(shapes: readonly OverlayShape[], options: OverlaySvgOptions): string {
  const { width, height, href } = checkOptions('overlaySvg', options, SVG_OPTIONS);
  checkList('shapes', shapes, checkShape);
  const groups = new Map<string, string>();
  for (const shape of shapes) {
    const start = groupStart(shape);
    groups.set(start, (groups.get(start) ?? '') + element(shape));
  }
  // A pixel's centre has integer coordinates here, its corner in SVG: hence the half pixel.
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="-0.5 -0.5 ${width} ${height}"` +
      ' stroke-linejoin="round" stroke-linecap="round" paint-order="stroke"' +
      ` font-family="${FONT_FAMILY}" font-weight="${FONT_WEIGHT}">`,
    ...(href === undefined
      ? []
      : [`<image x="-0.5" y="-0.5" width="${width}" height="${height}" href="${escapeXml(href)}"/>`]),
    ...[...groups].map(([start, elements]) => `${start}${elements}</g>`),
    '</svg>',
  ];
  return `${lines.join('\n')}\n`;
}

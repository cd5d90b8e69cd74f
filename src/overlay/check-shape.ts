import { type Check, type ChecksOf, fields, oneOf } from '../check-options.js';
import { checkPoint, checkPoints } from '../check-points.js';
import { describe } from '../describe.js';
import { InvalidOptionError } from '../errors.js';
import { checkAnyNumber, checkBoolean, checkChoice, checkObject, checkText } from '../options.js';
import { type DiscShape, type LabelShape, type LineShape, OVERLAY_PARTS, type OverlayShape } from './shape.js';

/** Only what an SVG can hold as it is. */
function checkColor(name: string, value: unknown): string {
  if (/^#[0-9a-f]{6}$/i.test(checkText(name, value))) return value as string;
  throw new InvalidOptionError({ name, expected: 'a color #rrggbb', received: describe(value) });
}

const KINDS = ['line', 'disc', 'label'] as const satisfies readonly OverlayShape['kind'][];
const common = { face: checkAnyNumber, part: oneOf(OVERLAY_PARTS), color: checkColor, edge: checkAnyNumber };

const CHECKS: { readonly [K in OverlayShape['kind']]: Check<unknown> } = {
  line: fields({
    ...common,
    kind: oneOf(['line']),
    points: checkPoints,
    closed: checkBoolean,
    width: checkAnyNumber,
  } satisfies ChecksOf<LineShape>),
  disc: fields({
    ...common,
    kind: oneOf(['disc']),
    center: checkPoint,
    radius: checkAnyNumber,
  } satisfies ChecksOf<DiscShape>),
  label: fields({
    ...common,
    kind: oneOf(['label']),
    at: checkPoint,
    text: checkText,
    size: checkAnyNumber,
  } satisfies ChecksOf<LabelShape>),
};

/** Refuses anything but a shape of an overlay. */
export function checkShape(name: string, value: unknown): OverlayShape {
  const shape = checkObject(name, value) as OverlayShape;
  CHECKS[checkChoice(`${name}.kind`, shape.kind, KINDS)](name, shape);
  return shape;
}

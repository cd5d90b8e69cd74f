import { InvalidOptionError } from '../errors.js';
import { nearestName } from '../nearest-name.js';
import { checkChoice, checkInteger, checkNumber } from '../options.js';
import { SCRFD } from '../scrfd/spec.js';
import type { ResolvedLimits } from './limits.js';

/** The library's own defaults; used when the limits allow them. */
const DEFAULT_MIN_SCORE = 0.5;
const DEFAULT_MAX_FACES = 1000;

/** The formats in which a picture can be sent. */
export const SERVICE_FORMATS = ['png', 'webp', 'svg'] as const;
export type ServiceFormat = (typeof SERVICE_FORMATS)[number];
const RECALLS = ['fast', 'reference', 'thorough'] as const;

/** The parameters of queries, for the description and for the checks. */
export function queryParameters({
  minScore,
  maxFaces,
  maxDetectorSide,
}: Pick<ResolvedLimits, 'minScore' | 'maxFaces' | 'maxDetectorSide'>) {
  const toggle = { type: 'boolean', default: false };
  return {
    minScore: {
      schema: { type: 'number', minimum: minScore, maximum: 1, default: Math.max(DEFAULT_MIN_SCORE, minScore) },
      description: 'of a face',
    },
    maxFaces: {
      schema: { type: 'integer', minimum: 1, maximum: maxFaces, default: Math.min(DEFAULT_MAX_FACES, maxFaces) },
      description: 'the best ones',
    },
    iouThreshold: {
      schema: { type: 'number', minimum: 0, maximum: 1, default: SCRFD.iouThreshold },
      description: 'a box is dropped when it overlaps a better one by more',
    },
    detectorSide: {
      schema: {
        type: 'integer',
        minimum: SCRFD.sideMultiple,
        maximum: maxDetectorSide,
        multipleOf: SCRFD.sideMultiple,
      },
      description:
        "side of the detector's input: larger finds smaller faces and takes longer; default: the network's own",
    },
    attributes: {
      schema: toggle,
      description: 'add head pose, quality, distance of the eyes, how far eyes and mouth are open',
    },
    crops: { schema: toggle, description: 'add each face upright, 224 x 224, as a data: URL of a PNG' },
    format: { schema: { enum: SERVICE_FORMATS, default: SERVICE_FORMATS[0] }, description: 'of the picture' },
    recall: {
      schema: { type: 'string', enum: [...RECALLS], default: RECALLS[1] },
      description: 'effort of the search; thorough takes several times as long',
    },
    subpixel: { schema: toggle, description: 'landmarks with fractions instead of integers' },
    indices: { schema: toggle, description: "each landmark's index beside it" },
    legend: { schema: toggle, description: 'which colour shows what, in a corner' },
  };
}

export type QueryParameters = ReturnType<typeof queryParameters>;
export type ParameterName = keyof QueryParameters;

/** The values of a query, with defaults filled in. */
export interface QueryValues {
  minScore: number;
  maxFaces: number;
  iouThreshold: number;
  detectorSide: number | undefined;
  attributes: boolean;
  crops: boolean;
  format: ServiceFormat;
  recall: (typeof RECALLS)[number];
  subpixel: boolean;
  indices: boolean;
  legend: boolean;
}

const quote = (text: string) => JSON.stringify(text.slice(0, 40));

function readToggle(name: string, text: string): boolean {
  // The name alone, without a value, turns it on.
  if (['', 'true', '1'].includes(text)) return true;
  if (['false', '0'].includes(text)) return false;
  throw new InvalidOptionError({ name, expected: '"true" or "false"', received: quote(text) });
}

function readNumber(name: string, text: string): number {
  // Number('') is 0.
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!Number.isNaN(value)) return value;
  throw new InvalidOptionError({ name, expected: 'a number', received: quote(text) });
}

function checkSide(name: string, value: unknown, minimum: number, maximum: number): number {
  const side = checkInteger(name, value, minimum, maximum);
  if (side % SCRFD.sideMultiple === 0) return side;
  throw new InvalidOptionError({ name, expected: `a multiple of ${SCRFD.sideMultiple}`, received: String(side) });
}

function checkNames(query: URLSearchParams, names: readonly string[]): void {
  for (const name of query.keys()) {
    if (!names.includes(name)) {
      const nearest = nearestName(name, names);
      throw new InvalidOptionError({
        name: 'the query',
        expected: `no other names than ${names.join(', ')}`,
        received: quote(name),
        hint: nearest && `Did you mean "${nearest}"?`,
      });
    }
    const values = query.getAll(name).length;
    if (values > 1) throw new InvalidOptionError({ name, expected: 'one value', received: String(values) });
  }
}

/**
 * Reads a query.
 * @param names of the parameters that the operation takes
 * @throws InvalidOptionError for a name that is none of them or comes twice, and for a value out of range
 */
export function readQuery(
  query: URLSearchParams,
  names: readonly ParameterName[],
  parameters: QueryParameters,
): QueryValues {
  checkNames(query, names);
  const read = <T>(name: ParameterName, parse: (text: string) => T): T => {
    const text = query.get(name);
    const { schema } = parameters[name];
    return text === null ? (('default' in schema ? schema.default : undefined) as T) : parse(text);
  };
  const number = (name: 'minScore' | 'maxFaces' | 'iouThreshold' | 'detectorSide', check: typeof checkNumber) =>
    read(name, (text) => {
      const { minimum, maximum } = parameters[name].schema;
      return check(name, readNumber(name, text), minimum, maximum);
    });
  const toggle = (name: ParameterName) => read(name, (text) => readToggle(name, text));
  return {
    minScore: number('minScore', checkNumber),
    maxFaces: number('maxFaces', checkInteger),
    iouThreshold: number('iouThreshold', checkNumber),
    detectorSide: number('detectorSide', checkSide),
    attributes: toggle('attributes'),
    crops: toggle('crops'),
    format: read('format', (text) => checkChoice('format', text, SERVICE_FORMATS)),
    recall: read('recall', (text) => checkChoice('recall', text, RECALLS)),
    subpixel: toggle('subpixel'),
    indices: toggle('indices'),
    legend: toggle('legend'),
  };
}

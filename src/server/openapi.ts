import { LANDMARK106 } from '../landmark106/spec.js';
import { NETWORK_SET_NAMES } from '../node/models/network-sets.js';
import { KEYPOINT_NAMES } from '../types.js';

const PARAMETERS = {
  minScore: { schema: { type: 'number', minimum: 0, maximum: 1, default: 0.5 }, description: 'of a face' },
  maxFaces: { schema: { type: 'integer', minimum: 1, default: 1000 }, description: 'the best ones' },
  subpixel: {
    schema: { type: 'boolean', default: false },
    description: 'landmarks with fractions instead of integers',
  },
  indices: { schema: { type: 'boolean', default: false }, description: "each landmark's index beside it" },
};

/** An operation of the API: the routes are made from this list, so what it describes is what is there. */
export interface Operation {
  method: 'get' | 'post';
  path: string;
  summary: string;
  /** Takes an image as its body, and these parameters in its query. */
  parameters?: readonly (keyof typeof PARAMETERS)[];
  /** Whether it answers 503 while the service starts or stops. */
  waits?: true;
  /** Media type and description of a successful answer. */
  answer: { type: string; schema?: string };
}

export const OPERATIONS = {
  detect: {
    method: 'post',
    path: '/v1/detect',
    summary: 'Every face of an image as JSON, the same as the command prints',
    parameters: ['minScore', 'maxFaces', 'subpixel'],
    answer: { type: 'application/json', schema: 'Report' },
  },
  overlay: {
    method: 'post',
    path: '/v1/overlay',
    summary: 'The image with its faces drawn over it, as PNG',
    parameters: ['minScore', 'maxFaces', 'indices'],
    answer: { type: 'image/png' },
  },
  health: {
    method: 'get',
    path: '/v1/health',
    summary: 'Whether the process lives',
    answer: { type: 'application/json', schema: 'Status' },
  },
  ready: {
    method: 'get',
    path: '/v1/ready',
    summary: 'Whether it takes images: 503 while it starts or stops',
    waits: true,
    answer: { type: 'application/json', schema: 'Status' },
  },
  metrics: {
    method: 'get',
    path: '/metrics',
    summary: 'Counters and timings in the text format of Prometheus',
    answer: { type: 'text/plain' },
  },
  openapi: {
    method: 'get',
    path: '/openapi.json',
    summary: 'This description',
    answer: { type: 'application/json' },
  },
} as const satisfies Record<string, Operation>;

const point = { type: 'array', items: { type: 'number' }, minItems: 2, maxItems: 2, description: 'x y, image pixels' };
const array = (items: object, length: number) => ({ type: 'array', items, minItems: length, maxItems: length });
const object = (properties: Record<string, object>, optional: string[] = []) => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
});

const SCHEMAS = {
  Report: object({
    image: { type: 'string' },
    width: { type: 'integer' },
    height: { type: 'integer' },
    decoder: { enum: ['sharp', 'jimp'] },
    faces: { type: 'array', items: { $ref: '#/components/schemas/Face' } },
    timings: object({ decode: { type: 'number' }, analyze: { type: 'number' } }),
    networks: { $ref: '#/components/schemas/Receipt' },
  }),
  Receipt: {
    ...object({
      set: { enum: [...NETWORK_SET_NAMES, 'custom'] },
      licence: { type: 'string' },
      digests: object({ detector: { type: 'string' }, landmarker: { type: 'string' } }),
      runtime: object({ name: { type: 'string' }, version: { type: 'string' }, provider: { type: 'string' } }),
      options: { type: 'object' },
      version: { type: 'string', description: 'of onnx-facial-lmk-detector' },
    }),
    description: 'what made the result: the networks and their SHA-256, the runtime, the options that change results',
  },
  Face: object(
    {
      score: { type: 'number', minimum: 0, maximum: 1 },
      bbox: { ...array({ type: 'number' }, 4), description: 'x1 y1 x2 y2, image pixels' },
      keypoints: { ...array(point, KEYPOINT_NAMES.length), description: KEYPOINT_NAMES.join(', ') },
      landmarks: array(point, LANDMARK106.points),
      matrix: { ...array(array({ type: 'number' }, 3), 2), description: 'image -> 224 crop' },
      degenerate: { type: 'boolean' },
    },
    ['degenerate'],
  ),
  Status: object({ status: { type: 'string' } }),
  Error: object({
    error: object(
      {
        code: { type: 'string', description: 'which error it is, the same in every version' },
        message: { type: 'string' },
        retryable: { type: 'boolean', description: 'whether the same request may succeed later' },
        subject: { type: 'string' },
        expected: { type: 'string' },
        received: { type: 'string' },
        hint: { type: 'string' },
      },
      ['subject', 'expected', 'received', 'hint'],
    ),
  }),
};

const ERRORS: Record<string, string> = {
  400: 'A form without a file, or a query that is out of range',
  408: 'The request arrived too slowly',
  413: 'The body is too large',
  415: 'No image, or a format that is not read',
  422: 'A damaged image, or one with too many pixels',
  429: 'Too many images are waiting; Retry-After says when to come again',
  500: 'A failure of the service; its log says more',
  503: 'The service starts or stops, or the request took too long',
};

const content = (type: string, schema?: string) => ({
  [type]: schema ? { schema: { $ref: `#/components/schemas/${schema}` } } : {},
});

function describeOperation({ summary, parameters, waits, answer }: Operation): object {
  const ok = { description: 'Done', content: content(answer.type, answer.schema) };
  const notReady = { description: 'Not ready', content: content(answer.type, answer.schema) };
  if (!parameters) return { summary, responses: { 200: ok, ...(waits && { 503: notReady }) } };
  const errors = Object.entries(ERRORS).map(([status, description]) => [
    status,
    { description, content: content('application/json', 'Error') },
  ]);
  const file = { type: 'string', format: 'binary' };
  return {
    summary,
    parameters: parameters.map((name) => ({ name, in: 'query', ...PARAMETERS[name] })),
    requestBody: {
      required: true,
      content: {
        'image/*': { schema: file },
        'application/octet-stream': { schema: file },
        'multipart/form-data': { schema: object({ image: file }) },
      },
    },
    responses: { 200: ok, ...Object.fromEntries(errors) },
  };
}

/** The OpenAPI 3.1 document of the service. */
export function openApi(version: string): object {
  const paths: Record<string, object> = {};
  for (const operation of Object.values<Operation>(OPERATIONS)) {
    paths[operation.path] = { [operation.method]: describeOperation(operation) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'onnx-facial-lmk-detector',
      description: 'Any other method is answered with 405. The page at / and what it loads are not listed.',
      version,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    paths,
    components: { schemas: SCHEMAS },
  };
}

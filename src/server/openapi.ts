import { LANDMARK106 } from '../landmark106/spec.js';
import { NETWORK_SET_NAMES } from '../node/models/network-sets.js';
import { DETECTION_PASSES, KEYPOINT_NAMES } from '../types.js';
import type { ParameterName, QueryParameters } from './parameters.js';

/** An operation of the API. The routes are made from this list, so that the description and the service cannot differ. */
export interface Operation {
  method: 'get' | 'post';
  path: string;
  summary: string;
  /** Takes an image as its body, and these parameters in its query. */
  parameters?: readonly ParameterName[];
  /** Whether it needs the token, if the service has one. */
  isProtected?: true;
  /** Whether it answers 503 while the service takes no images. */
  waits?: true;
  /** Media type and description of a successful answer. */
  answer: { type: string; schema?: string; others?: readonly string[] };
}

/** An operation in the OpenAPI document: the parts that the HTML page shows. */
export interface DescribedOperation {
  summary: string;
  security?: object[];
  parameters?: { name: string; description: string; schema: object }[];
  requestBody?: { required: true; content: Record<string, object> };
  responses: Record<string, { description: string; content: Record<string, object> }>;
}

/** The parts of an OpenAPI document that the service writes. */
export interface OpenApiDocument {
  openapi: string;
  info: { title: string; description: string; version: string; license: object };
  /** By path and method. */
  paths: Record<string, Record<string, DescribedOperation>>;
  components: { schemas: Record<string, object>; securitySchemes?: object };
}

export type ImageOperation = Operation & Required<Pick<Operation, 'parameters'>>;

export const OPERATIONS = {
  detect: {
    method: 'post',
    path: '/v1/detect',
    summary: 'Every face of an image as JSON, the same as the command prints',
    parameters: ['minScore', 'maxFaces', 'iouThreshold', 'detectorSide', 'recall', 'subpixel', 'attributes', 'crops'],
    isProtected: true,
    answer: { type: 'application/json', schema: 'Report' },
  },
  overlay: {
    method: 'post',
    path: '/v1/overlay',
    summary: 'The image with its faces drawn over it',
    parameters: ['minScore', 'maxFaces', 'iouThreshold', 'detectorSide', 'recall', 'indices', 'legend', 'format'],
    isProtected: true,
    answer: { type: 'image/png', others: ['image/webp', 'image/svg+xml'] },
  },
  health: {
    method: 'get',
    path: '/v1/health',
    summary: 'Whether the process is running',
    answer: { type: 'application/json', schema: 'Status' },
  },
  ready: {
    method: 'get',
    path: '/v1/ready',
    summary: 'Whether it accepts images: 503 while it starts, stops, or has no worker left',
    waits: true,
    answer: { type: 'application/json', schema: 'Status' },
  },
  metrics: {
    method: 'get',
    path: '/metrics',
    summary: 'Counters and timings in the text format of Prometheus',
    isProtected: true,
    answer: { type: 'text/plain' },
  },
  openapi: {
    method: 'get',
    path: '/openapi.json',
    summary: 'This description',
    answer: { type: 'application/json' },
  },
  docs: {
    method: 'get',
    path: '/docs',
    summary: 'The same as an HTML page',
    answer: { type: 'text/html' },
  },
} as const satisfies Record<string, Operation>;

const point = { type: 'array', items: { type: 'number' }, minItems: 2, maxItems: 2, description: 'x y, image pixels' };
const array = (items: object, length: number) => ({ type: 'array', items, minItems: length, maxItems: length });
const object = (properties: Record<string, object>, optional: string[] = []) => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
});

/** Null when the landmarks lie on one point. */
const number = { type: ['number', 'null'] };

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
    description: 'the networks and their SHA-256, the runtime, and the options that change results',
  },
  Face: object(
    {
      score: { type: 'number', minimum: 0, maximum: 1 },
      bbox: { ...array({ type: 'number' }, 4), description: 'x1 y1 x2 y2, image pixels' },
      keypoints: { ...array(point, KEYPOINT_NAMES.length), description: KEYPOINT_NAMES.join(', ') },
      landmarks: array(point, LANDMARK106.points),
      matrix: { ...array(array({ type: 'number' }, 3), 2), description: 'image -> 224 crop' },
      degenerate: { type: 'boolean' },
      pass: { enum: DETECTION_PASSES, description: 'the pass that found the face; only with recall thorough' },
      attributes: { $ref: '#/components/schemas/Attributes' },
      crop: { type: 'string', description: 'data: URL of a PNG, 224 x 224' },
    },
    ['degenerate', 'pass', 'attributes', 'crop'],
  ),
  Attributes: object({
    pose: {
      oneOf: [
        object({
          yaw: number,
          pitch: number,
          roll: number,
          uncertainty: object({ yaw: number, pitch: number, roll: number }),
        }),
        { type: 'null' },
      ],
      description: 'degrees; null when the landmarks contradict each other',
    },
    rollDegrees: number,
    interOcularDistance: { ...number, description: 'of the outer eye corners, image pixels' },
    eyeOpenness: object({ left: number, right: number }),
    mouthOpenness: number,
    quality: object({
      score: { ...number, description: '0 to 1, to sort pictures of one person by' },
      sharpness: { ...number, description: 'variance of the Laplacian' },
      size: { ...number, description: 'image pixels' },
      brightness: { ...number, description: '0 black to 1 white' },
      outside: { ...number, description: 'share outside of the image' },
      frontality: { type: ['number', 'null'], description: '1 looks at the camera; null when the pose is unknown' },
    }),
  }),
  Status: object({ status: { type: 'string' } }),
  Error: object({
    error: object(
      {
        code: { type: 'string', description: 'the kind of error, the same in every version' },
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

/** Errors of all operations that take an image. */
const ERRORS: Record<string, string> = {
  400: 'A form without a file, or a query parameter that is unknown or out of range',
  408: 'The request arrived too slowly',
  413: 'The body is too large',
  415: 'Not an image, or a format that is not supported',
  422: 'A damaged image, one with too many pixels, or an answer that would be too large',
  429: 'Too many images are waiting; Retry-After says when to try again',
  500: 'A failure of the service; its log says more',
  503: 'The service is starting or stopping, a worker has died, or the image took too long; Retry-After says when to try again',
};
const UNAUTHORIZED = 'The token is missing or wrong';
const FORBIDDEN = 'The host name, or the origin of the page that sent the request, is not allowed';

const content = (type: string, schema?: string) => ({
  [type]: schema ? { schema: { $ref: `#/components/schemas/${schema}` } } : {},
});

const errorResponses = (descriptions: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(descriptions).map(([status, description]) => [
      status,
      { description, content: content('application/json', 'Error') },
    ]),
  );

function describeOperation(operation: Operation, all: QueryParameters, hasToken: boolean): DescribedOperation {
  const { summary, parameters, isProtected, waits, answer } = operation;
  const wantsToken = hasToken && isProtected;
  const types = [answer.type, ...(answer.others ?? [])];
  const answers: Record<string, object> = Object.assign({}, ...types.map((type) => content(type, answer.schema)));
  const responses = {
    200: { description: 'Done', content: answers },
    ...errorResponses({ ...(wantsToken && { 401: UNAUTHORIZED }), 403: FORBIDDEN, ...(parameters && ERRORS) }),
    ...(waits && { 503: { description: 'Not ready', content: answers } }),
  };
  const file = { type: 'string', format: 'binary' };
  return {
    summary,
    ...(wantsToken && { security: [{ token: [] }] }),
    ...(parameters && {
      parameters: parameters.map((name) => ({ name, in: 'query', ...all[name] })),
      requestBody: {
        required: true,
        content: {
          'image/*': { schema: file },
          'application/octet-stream': { schema: file },
          'multipart/form-data': { schema: object({ image: file }) },
        },
      },
    }),
    responses,
  };
}

/**
 * The OpenAPI 3.1 document of the service.
 * @param hasToken whether the service needs a token
 */
export function openApi(version: string, parameters: QueryParameters, hasToken: boolean): OpenApiDocument {
  const paths: OpenApiDocument['paths'] = {};
  for (const operation of Object.values<Operation>(OPERATIONS)) {
    paths[operation.path] = { [operation.method]: describeOperation(operation, parameters, hasToken) };
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
    components: {
      schemas: SCHEMAS,
      ...(hasToken && { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } }),
    },
  };
}

import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { secureHeaders } from 'hono/secure-headers';
import type { DetectionResult } from '../detector/detection-result.js';
import { resultToJson } from '../detector/result-to-json.js';
import { InvalidOptionError } from '../errors.js';
import type { AnalyzeOptions } from '../node/facial-landmark-detector.js';
import { drawOverlay } from '../node/images/draw-overlay.js';
import { decodeImage } from '../node/images/image-file.js';
import { VERSION } from '../version.js';
import { errorBody, HttpError, toErrorResponse } from './http-error.js';
import { resolveLimits, type ServerLimits } from './limits.js';
import { Metrics } from './metrics.js';
import { OPERATIONS, openApi } from './openapi.js';
import { requestImage } from './request-image.js';
import { staticFiles } from './static-files.js';

/** What finds the faces: a pool, so that the server answers while it works. */
export interface FaceService {
  detect(input: Uint8Array, options: AnalyzeOptions): Promise<DetectionResult>;
  /** Images that wait for a worker. */
  readonly waiting: number;
}

export interface AppOptions extends ServerLimits {
  service: FaceService;
  /** False once the process is about to stop: images are refused, the rest still answers. */
  isReady?: () => boolean;
  /** Receives errors that are no client's fault. Default: standard error. */
  onError?: (error: unknown) => void;
}

/** Nothing but what the page itself brings; images it draws come as blob: and data: URLs. */
const CONTENT_SECURITY_POLICY = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'", 'blob:', 'data:'],
  mediaSrc: ["'self'", 'blob:'],
  connectSrc: ["'self'"],
  baseUri: ["'none'"],
  formAction: ["'none'"],
  frameAncestors: ["'none'"],
};

const CLIENT_GONE = new HttpError(400, 'ERR_ABORTED', 'The client broke the request off.');

/** A query parameter as a number; what is out of range the library itself refuses. */
function numberParameter(context: Context, name: string): number | undefined {
  const text = context.req.query(name);
  if (text === undefined) return undefined;
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!Number.isNaN(value)) return value;
  throw new InvalidOptionError({ name, expected: 'a number', received: JSON.stringify(text.slice(0, 40)) });
}

/** A query parameter as a switch; its name alone turns it on. */
function switchParameter(context: Context, name: string): boolean {
  const text = context.req.query(name);
  if (text === undefined || text === 'false' || text === '0') return false;
  if (text === '' || text === 'true' || text === '1') return true;
  throw new InvalidOptionError({ name, expected: '"true" or "false"', received: JSON.stringify(text.slice(0, 40)) });
}

/** The HTTP service as a Hono app: the page, the API, metrics. It listens nowhere by itself. */
export function createApp({ service, isReady = () => true, onError = console.error, ...rest }: AppOptions): Hono {
  const limits = resolveLimits(rest);
  const metrics = new Metrics(() => service.waiting);
  const app = new Hono();

  app.use(secureHeaders({ contentSecurityPolicy: CONTENT_SECURITY_POLICY, crossOriginResourcePolicy: 'same-origin' }));
  app.use(async (context, next) => {
    const start = performance.now();
    await next();
    // The route, not the path: a label for every address that somebody tries would grow without end.
    const known = Object.values(OPERATIONS).some(({ path }) => path === context.req.path);
    const route = known || context.req.path === '/' ? context.req.path : 'other';
    metrics.request(route, context.res.status, (performance.now() - start) / 1000);
  });

  const tooLarge = (): never => {
    throw new HttpError(413, 'ERR_BODY_SIZE', `Expected at most ${limits.maxBytes} bytes. Send a smaller image.`);
  };
  const limitBody = bodyLimit({ maxSize: limits.maxBytes, onError: tooLarge });

  let underWay = 0;
  // Before the body is read: a queue alone would let any number of bodies gather in front of it.
  const limitRequests: MiddlewareHandler = async (_, next) => {
    if (underWay >= limits.maxRequests) {
      throw new HttpError(
        429,
        'ERR_QUEUE_FULL',
        `Expected at most ${limits.maxRequests} images at once. Try again soon.`,
      );
    }
    underWay++;
    try {
      await next();
    } finally {
      underWay--;
    }
  };

  async function detect(context: Context, bytes: Uint8Array): Promise<DetectionResult> {
    if (!isReady()) throw new HttpError(503, 'ERR_NOT_READY', 'The service starts or stops. Try again soon.');
    const timeout = AbortSignal.timeout(limits.timeoutMs);
    try {
      const result = await service.detect(bytes, {
        minScore: numberParameter(context, 'minScore'),
        maxFaces: numberParameter(context, 'maxFaces'),
        maxPixels: limits.maxPixels,
        signal: AbortSignal.any([timeout, context.req.raw.signal]),
      });
      metrics.faces(result.faces.length);
      return result;
    } catch (error) {
      if (!timeout.aborted) throw error;
      throw new HttpError(503, 'ERR_TIMEOUT', `The image took longer than ${limits.timeoutMs / 1000} seconds.`);
    }
  }

  app.post(OPERATIONS.detect.path, limitRequests, limitBody, async (context) => {
    const subpixel = switchParameter(context, 'subpixel');
    const result = await detect(context, await requestImage(context));
    return context.json(resultToJson(result, { name: 'upload', subpixel }));
  });

  app.post(OPERATIONS.overlay.path, limitRequests, limitBody, async (context) => {
    const indices = switchParameter(context, 'indices');
    const bytes = await requestImage(context);
    const { faces } = await detect(context, bytes);
    const image = await decodeImage(bytes, { maxPixels: limits.maxPixels });
    const png = await drawOverlay(image, faces, 'png', { indices });
    return context.body(new Uint8Array(png), 200, { 'content-type': OPERATIONS.overlay.answer.type });
  });

  app.get(OPERATIONS.health.path, (context) => context.json({ status: 'ok' }));
  app.get(OPERATIONS.ready.path, (context) =>
    isReady() ? context.json({ status: 'ready' }) : context.json({ status: 'not ready' }, 503),
  );
  app.get(OPERATIONS.metrics.path, async (context) =>
    context.body(await metrics.text(), 200, { 'content-type': metrics.contentType }),
  );
  app.get(OPERATIONS.openapi.path, (context) => context.json(openApi(VERSION)));
  for (const { method, path } of Object.values(OPERATIONS)) {
    const allowed = method.toUpperCase();
    const message = `${path} takes ${allowed}.`;
    app.all(path, (context) => context.json(errorBody('ERR_METHOD', message), 405, { Allow: allowed }));
  }
  app.route('/', staticFiles());

  app.notFound((context) =>
    context.json(errorBody('ERR_NOT_FOUND', 'Nothing is here. /openapi.json lists what is.'), 404),
  );
  app.onError((error, context) => {
    // Nobody is left to answer, and it is no failure of the service.
    const gone = context.req.raw.signal.aborted;
    const { status, body } = toErrorResponse(gone ? CLIENT_GONE : error);
    if (status === 500) onError(error);
    return context.json(body, status, status === 429 ? { 'Retry-After': '1' } : {});
  });
  return app;
}

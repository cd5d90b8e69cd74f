import { Hono } from 'hono';
import { etag } from 'hono/etag';
import { secureHeaders } from 'hono/secure-headers';
import type { EncodedResult } from '../node/pool/encode-result.js';
import { VERSION } from '../version.js';
import { type AccessOptions, resolveAccess } from './access.js';
import { checkHost } from './check-host.js';
import { allowOrigins, checkOrigin } from './check-origin.js';
import { checkToken } from './check-token.js';
import { docsPage } from './docs-page.js';
import { DOCS_STYLE, DOCS_STYLE_PATH } from './docs-style.js';
import { errorBody, HttpError, toErrorResponse } from './http-error.js';
import { ImageRequests } from './image-requests.js';
import { resolveLimits, type ServerLimits } from './limits.js';
import { Metrics } from './metrics.js';
import { type ImageOperation, OPERATIONS, type Operation, openApi } from './openapi.js';
import { PAGE_POLICY } from './page-policy.js';
import { type QueryValues, queryParameters, readQuery, type ServiceFormat } from './parameters.js';
import type { ServerEnv } from './server-env.js';
import { staticFiles } from './static-files.js';

/** Options of every kind of work. */
export interface ServiceOptions {
  minScore: number;
  maxFaces: number;
  iouThreshold: number;
  detectorSide: number | undefined;
  recall: QueryValues['recall'];
  maxPixels: number;
  signal: AbortSignal;
  handOver: boolean;
}

/** Finds the faces in its own threads: a pool. */
export interface FaceService {
  /** The faces as JSON text, in UTF-8. */
  detectJson(
    image: Uint8Array,
    options: ServiceOptions & { name: string; subpixel: boolean; attributes: boolean; crops: boolean },
  ): Promise<EncodedResult>;
  /** The image with its faces drawn over it. */
  detectOverlay(
    image: Uint8Array,
    format: ServiceFormat,
    options: ServiceOptions & { indices: boolean; legend: boolean },
  ): Promise<EncodedResult>;
  /** Images that wait for a worker. */
  readonly waiting: number;
  /** Number of running workers. */
  readonly workers: number;
}

export interface AppOptions extends ServerLimits, AccessOptions {
  service: FaceService;
  /** Aborted when the process is about to stop. From then on images are refused; other requests are still answered. */
  stopping?: AbortSignal | undefined;
  /** Receives errors that are not the client's fault. Default: standard error. */
  onError?: ((error: unknown) => void) | undefined;
}

const CLIENT_GONE = new HttpError(400, 'ERR_ABORTED', 'The client aborted the request.');

const PICTURE_TYPES: Record<ServiceFormat, string> = { png: 'image/png', webp: 'image/webp', svg: 'image/svg+xml' };

const RETRY_LATER = { 'Retry-After': '1' };

/** Additional headers of some refusals. */
const HEADERS_OF_STATUS: Record<number, Record<string, string>> = {
  401: { 'WWW-Authenticate': 'Bearer' },
  429: RETRY_LATER,
  503: RETRY_LATER,
};

/**
 * The HTTP service as a Hono app: the page, the API, metrics. It does not listen on a port itself.
 * @throws InvalidOptionError
 */
export function createApp({ service, stopping, onError = console.error, ...rest }: AppOptions): Hono<ServerEnv> {
  const limits = resolveLimits(rest);
  const access = resolveAccess(rest);
  const parameters = queryParameters(limits);
  const images = new ImageRequests(limits, stopping ?? new AbortController().signal);
  const metrics = new Metrics(() => service.waiting);
  const isReady = () => !stopping?.aborted && service.workers > 0;
  const app = new Hono<ServerEnv>();

  app.use(
    secureHeaders({
      contentSecurityPolicy: { ...PAGE_POLICY, frameAncestors: ["'none'"] },
      // These three isolate the page from other origins. Browsers give threads only to isolated pages.
      crossOriginOpenerPolicy: 'same-origin',
      crossOriginEmbedderPolicy: 'require-corp',
      crossOriginResourcePolicy: 'same-origin',
    }),
  );
  app.use(async (context, next) => {
    const start = performance.now();
    await next();
    // Counted by route, not by path: a label for every requested path would let the metrics grow without limit.
    const known = Object.values(OPERATIONS).some(({ path }) => path === context.req.path);
    const route = known || context.req.path === '/' ? context.req.path : 'other';
    metrics.request(route, context.res.status, (performance.now() - start) / 1000);
  });
  app.use(checkHost(access), checkOrigin(access));
  if (access.allowedOrigins.size > 0) app.use(allowOrigins(access));
  const token = checkToken(access);
  for (const { path, isProtected } of Object.values<Operation>(OPERATIONS)) if (isProtected) app.use(path, token);

  /**
   * @param work the work on the image, by the query and the limits
   * @param typeOf media type of the answer
   */
  function answerImage(
    { method, path, parameters: names, answer }: ImageOperation,
    work: (image: Uint8Array, query: QueryValues, options: ServiceOptions) => Promise<EncodedResult>,
    typeOf: (query: QueryValues) => string = () => answer.type,
  ): void {
    app[method](path, async (context) => {
      // Checked first, so that a request with a wrong query costs no memory.
      const query = readQuery(new URL(context.req.url).searchParams, names, parameters);
      if (!isReady()) throw new HttpError(503, 'ERR_NOT_READY', 'The service is starting or stopping. Try again soon.');
      const { minScore, maxFaces, iouThreshold, detectorSide, recall } = query;
      const { bytes, faces } = await images.take(context, (image, signal) =>
        work(image, query, {
          minScore,
          maxFaces,
          iouThreshold,
          detectorSide,
          recall,
          maxPixels: limits.maxPixels,
          signal,
          handOver: true,
        }),
      );
      metrics.faces(faces);
      return context.body(bytes, 200, { 'content-type': typeOf(query) });
    });
  }

  answerImage(OPERATIONS.detect, (image, { subpixel, attributes, crops }, options) =>
    service.detectJson(image, { ...options, name: 'upload', subpixel, attributes, crops }),
  );
  answerImage(
    OPERATIONS.overlay,
    (image, { indices, legend, format }, options) =>
      service.detectOverlay(image, format, { ...options, indices, legend }),
    ({ format }) => PICTURE_TYPES[format],
  );

  app.get(OPERATIONS.health.path, (context) => context.json({ status: 'ok' }));
  app.get(OPERATIONS.ready.path, (context) =>
    isReady() ? context.json({ status: 'ready' }) : context.json({ status: 'not ready' }, 503, RETRY_LATER),
  );
  app.get(OPERATIONS.metrics.path, async (context) =>
    context.body(await metrics.text(), 200, { 'content-type': metrics.contentType }),
  );
  const description = openApi(VERSION, parameters, access.token !== undefined);
  // A client that already has the current version gets a short 304 answer.
  for (const path of [OPERATIONS.openapi.path, OPERATIONS.docs.path, DOCS_STYLE_PATH]) app.use(path, etag());
  app.get(OPERATIONS.openapi.path, (context) => context.json(description));
  app.get(OPERATIONS.docs.path, (context) => context.html(docsPage(description, new URL(context.req.url).origin)));
  app.get(DOCS_STYLE_PATH, (context) => context.body(DOCS_STYLE, 200, { 'content-type': 'text/css; charset=utf-8' }));
  for (const { method, path } of Object.values(OPERATIONS)) {
    const allowed = method.toUpperCase();
    const message = `${path} takes ${allowed}.`;
    app.all(path, (context) => context.json(errorBody('ERR_METHOD', message), 405, { Allow: allowed }));
  }
  app.route('/', staticFiles());

  app.notFound((context) =>
    context.json(errorBody('ERR_NOT_FOUND', 'There is nothing at this address. /docs lists what there is.'), 404),
  );
  app.onError((error, context) => {
    // The client has gone: there is nobody to answer, and it is not a failure of the service.
    const gone = context.req.raw.signal.aborted;
    const { status, body } = toErrorResponse(gone ? CLIENT_GONE : error);
    if (status === 500) onError(error);
    return context.json(body, status, HEADERS_OF_STATUS[status]);
  });
  return app;
}

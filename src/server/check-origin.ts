import type { Context, MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import { type Access, ANY } from './access.js';
import { HttpError } from './http-error.js';

/** Whether a browser sent this for a page of another origin. Who is no browser sends neither header. */
function isForeign({ req }: Context): boolean {
  const origin = req.header('origin');
  // Compared without the scheme: TLS may end in front of the service. `null` (a sandbox, a file) is no URL.
  if (origin !== undefined) return !URL.canParse(origin) || new URL(origin).host !== new URL(req.url).host;
  // Fetch Metadata Request Headers, section 2.3. `none` is the user's own doing.
  const site = req.header('sec-fetch-site') ?? 'none';
  if (site === 'none' || site === 'same-origin') return false;
  // A link that opens the page.
  return !(req.method === 'GET' && req.header('sec-fetch-mode') === 'navigate');
}

/**
 * Refuses what pages of other origins ask for: a browser would send their images here, with the user's rights, though it kept
 * the answer from them.
 */
export function checkOrigin({ allowedOrigins }: Access): MiddlewareHandler {
  return (context, next) => {
    const origin = context.req.header('origin');
    const allowed = origin !== undefined && (allowedOrigins.has(origin) || allowedOrigins.has(ANY));
    if (allowed || !isForeign(context)) return next();
    throw new HttpError(
      403,
      'ERR_ORIGIN',
      `Expected a request of the service's own page or of an allowed origin but received one of ${JSON.stringify((origin ?? 'another site').slice(0, 80))}. ` +
        'Whoever runs the service can allow it.',
    );
  };
}

/** Lets pages of the allowed origins read the answers (CORS), and answers their browsers' questions before. */
export function allowOrigins({ allowedOrigins }: Access): MiddlewareHandler {
  return cors({
    origin: allowedOrigins.has(ANY) ? ANY : (origin) => (allowedOrigins.has(origin) ? origin : null),
    allowMethods: ['GET', 'POST'],
    allowHeaders: ['Authorization', 'Content-Type'],
    exposeHeaders: ['Retry-After'],
    maxAge: 600,
  });
}

import type { Context, MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import { type Access, ANY } from './access.js';
import { HttpError } from './http-error.js';

/** Whether a browser sent this request for a page of another origin. Other clients send neither header. */
function isForeign({ req }: Context): boolean {
  const origin = req.header('origin');
  // Compared without the scheme, because a proxy may terminate TLS. `null` (a sandboxed page, a file) is not a URL.
  if (origin !== undefined) return !URL.canParse(origin) || new URL(origin).host !== new URL(req.url).host;
  // Fetch Metadata Request Headers, section 2.3. `none` means that the user made the request, e.g. with a bookmark.
  const site = req.header('sec-fetch-site') ?? 'none';
  if (site === 'none' || site === 'same-origin') return false;
  // A link on another site that opens the page is allowed.
  return !(req.method === 'GET' && req.header('sec-fetch-mode') === 'navigate');
}

/**
 * Refuses requests of pages from other origins. A browser would send them with the user's access rights, even though it hides the
 * answer from the page.
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
        'The operator of the service can allow it.',
    );
  };
}

/** Lets pages of the allowed origins read the answers (CORS), and answers preflight requests. */
export function allowOrigins({ allowedOrigins }: Access): MiddlewareHandler {
  return cors({
    origin: allowedOrigins.has(ANY) ? ANY : (origin) => (allowedOrigins.has(origin) ? origin : null),
    allowMethods: ['GET', 'POST'],
    allowHeaders: ['Authorization', 'Content-Type'],
    exposeHeaders: ['Retry-After'],
    maxAge: 600,
  });
}

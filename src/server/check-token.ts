import { createHash, timingSafeEqual } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import type { Access } from './access.js';
import { HttpError } from './http-error.js';

const digest = (text: string) => createHash('sha256').update(text).digest();

/** Refuses requests without the token, if the service has one. */
export function checkToken({ token }: Access): MiddlewareHandler {
  if (token === undefined) return (_, next) => next();
  const expected = digest(token);
  return (context, next) => {
    const given = /^Bearer +(\S+) *$/i.exec(context.req.header('authorization') ?? '')?.[1] ?? '';
    // Digests always have the same length, which `timingSafeEqual` needs.
    if (timingSafeEqual(digest(given), expected)) return next();
    throw new HttpError(
      401,
      'ERR_TOKEN',
      'Expected the header "Authorization: Bearer <token>" with the token of this service.',
    );
  };
}

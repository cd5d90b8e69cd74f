import { isIP } from 'node:net';
import type { MiddlewareHandler } from 'hono';
import { type Access, ANY } from './access.js';
import { HttpError } from './http-error.js';

/** Whether a host is localhost or an IP address, which no name server can redirect. */
const isLocal = (name: string) =>
  name === 'localhost' || name.endsWith('.localhost') || isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0;

/**
 * Refuses requests under a host name that is not allowed, against DNS rebinding: the name of a foreign web page is resolved first to
 * its own server and then to this one. A browser takes both for the same origin, so that only the host name reveals the attack.
 */
export function checkHost({ allowedHosts }: Access): MiddlewareHandler {
  return (context, next) => {
    const name = new URL(context.req.url).hostname;
    if (isLocal(name) || allowedHosts.has(name) || allowedHosts.has(ANY)) return next();
    throw new HttpError(
      403,
      'ERR_HOST',
      `Expected localhost, an IP address or an allowed name as the host but received ${JSON.stringify(name.slice(0, 80))}. ` +
        'The operator of the service can allow it.',
    );
  };
}

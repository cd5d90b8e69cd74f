import { isIP } from 'node:net';
import type { MiddlewareHandler } from 'hono';
import { type Access, ANY } from './access.js';
import { HttpError } from './http-error.js';

/** No name server can lead these elsewhere. */
const isLocal = (name: string) =>
  name === 'localhost' || name.endsWith('.localhost') || isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0;

/**
 * Refuses requests under a name that nobody gave the service. A web page whose name server first leads to its own server and then
 * to this one (DNS rebinding) is of the same origin for a browser, and shows itself by that name alone.
 */
export function checkHost({ allowedHosts }: Access): MiddlewareHandler {
  return (context, next) => {
    const name = new URL(context.req.url).hostname;
    if (isLocal(name) || allowedHosts.has(name) || allowedHosts.has(ANY)) return next();
    throw new HttpError(
      403,
      'ERR_HOST',
      `Expected localhost, an IP address or an allowed name as the host but received ${JSON.stringify(name.slice(0, 80))}. ` +
        'Whoever runs the service can allow it.',
    );
  };
}

import { describe } from '../describe.js';
import { InvalidOptionError } from '../errors.js';
import { checkList, checkText } from '../options.js';

/** Settings that restrict who may use the service. */
export interface AccessOptions {
  /**
   * Host names under which the service may be reached, beside localhost and IP addresses; `*` for any. Default none.
   */
  allowedHosts?: readonly string[] | undefined;
  /** Origins (`https://example.org`) whose pages may use the service; `*` for any. Default: only the service's own page. */
  allowedOrigins?: readonly string[] | undefined;
  /** Token that requests for images and metrics must send as `Authorization: Bearer <token>`. Default: none. */
  token?: string | undefined;
}

export interface Access {
  allowedHosts: ReadonlySet<string>;
  allowedOrigins: ReadonlySet<string>;
  token: string | undefined;
}

/** Stands for any host or origin. */
export const ANY = '*';

/** Checks a part of a URL. It must already be in the normalised form in which clients send it, so that the two can be compared. */
function checkUrlPart(name: string, value: unknown, expected: string, read: (text: string) => string): string {
  const text = checkText(name, value);
  try {
    if (text === ANY || read(text) === text) return text;
  } catch {
    // No URL at all.
  }
  throw new InvalidOptionError({ name, expected, received: describe(value) });
}

const checkHost = (name: string, value: unknown) =>
  checkUrlPart(
    name,
    value,
    'a host name in small letters, without a port',
    (text) => new URL(`http://${text}`).hostname,
  );

const checkOrigin = (name: string, value: unknown) =>
  checkUrlPart(name, value, 'an origin like https://example.org', (text) => new URL(text).origin);

/** @throws InvalidOptionError */
export function resolveAccess({ allowedHosts = [], allowedOrigins = [], token }: AccessOptions): Access {
  // RFC 6750, section 2.1: the characters of a token.
  if (token !== undefined && !/^[\w.~+/-]+=*$/.test(checkText('token', token))) {
    throw new InvalidOptionError({
      name: 'token',
      expected: 'letters, digits and -._~+/ without spaces',
      received: `${token.length} other characters`,
    });
  }
  return {
    allowedHosts: new Set(checkList('allowedHosts', allowedHosts, checkHost)),
    allowedOrigins: new Set(checkList('allowedOrigins', allowedOrigins, checkOrigin)),
    token,
  };
}

import { checkInteger, checkNumber } from '../options.js';

/** What one request may cost. */
export interface ServerLimits {
  /** Largest body in bytes; a larger one is answered with 413. Default 20 MB. */
  maxBytes?: number;
  /** Most pixels of an image; more are answered with 422. Default 50 million. */
  maxPixels?: number;
  /** Milliseconds that a request may take; a slower one is answered with 503. Default 30 000. */
  timeoutMs?: number;
  /** Images that may be on their way at once, bodies that still arrive included; one more is answered with 429. Default 100. */
  maxRequests?: number;
}

export function resolveLimits(limits: ServerLimits): Required<ServerLimits> {
  return {
    maxBytes: checkInteger('maxBytes', limits.maxBytes ?? 20e6, 1, Number.MAX_SAFE_INTEGER),
    maxPixels: checkInteger('maxPixels', limits.maxPixels ?? 50e6, 1, Number.MAX_SAFE_INTEGER),
    timeoutMs: checkNumber('timeoutMs', limits.timeoutMs ?? 30_000, 1, 3_600_000),
    maxRequests: checkInteger('maxRequests', limits.maxRequests ?? 100, 1, Number.MAX_SAFE_INTEGER),
  };
}

import { usableMemory } from '../node/image-memory.js';
import { checkInteger, checkNumber } from '../options.js';
import { SCRFD } from '../scrfd/spec.js';

/** Limits for one request and for all requests together. */
export interface ServerLimits {
  /** Largest body in bytes; a larger one is answered with 413. Default 20 MB. */
  maxBytes?: number | undefined;
  /** Largest number of pixels of an image; a larger image is answered with 422. Default 50 million. */
  maxPixels?: number | undefined;
  /** Largest `maxFaces` of a request, and its default. Default 256. */
  maxFaces?: number | undefined;
  /** Lowest `minScore` of a request. With a lower one nearly everything would count as a face. Default 0.1. */
  minScore?: number | undefined;
  /** Largest `detectorSide` of a request. The cost grows with its square. Default 1280. */
  maxDetectorSide?: number | undefined;
  /** Largest answer in bytes; a larger one is answered with 422. Default 200 MB. */
  maxAnswerBytes?: number | undefined;
  /**
   * Time limit in milliseconds for each of three steps: until a body has arrived (else 408), until its answer is made, waiting
   * included (else 503), and until the client has read the answer (else the connection is closed). Default 30 000.
   */
  timeoutMs?: number | undefined;
  /** Largest number of images that wait, are worked on or are being answered; one more is answered with 429. Default 100. */
  maxRequests?: number | undefined;
  /**
   * Memory in bytes: half for bodies that arrive or wait, half for answers that are not sent yet. When the bodies' half is full,
   * the next body is answered with 429. The pool's `imageMemory` limits the decoded images. Default: an eighth of the memory
   * that the process may use.
   */
  maxMemory?: number | undefined;
  /** Largest number of connections; further ones are closed at once. Default 1000. */
  maxConnections?: number | undefined;
}

export type ResolvedLimits = { [Name in keyof ServerLimits]-?: number };

/** @throws InvalidOptionError */
export function resolveLimits(limits: ServerLimits): ResolvedLimits {
  const count = (name: keyof ServerLimits, byDefault: number) =>
    checkInteger(name, limits[name] ?? byDefault, 1, Number.MAX_SAFE_INTEGER);
  return {
    maxBytes: count('maxBytes', 20e6),
    maxPixels: count('maxPixels', 50e6),
    maxFaces: count('maxFaces', 256),
    minScore: checkNumber('minScore', limits.minScore ?? 0.1, 0, 1),
    maxDetectorSide: checkInteger('maxDetectorSide', limits.maxDetectorSide ?? 1280, 32, SCRFD.maxSide),
    maxAnswerBytes: count('maxAnswerBytes', 200e6),
    timeoutMs: checkNumber('timeoutMs', limits.timeoutMs ?? 30_000, 1, 3_600_000),
    maxRequests: count('maxRequests', 100),
    maxMemory: count('maxMemory', Math.ceil(usableMemory() / 8)),
    maxConnections: count('maxConnections', 1000),
  };
}

import { usableMemory } from '../node/image-memory.js';
import { checkInteger, checkNumber } from '../options.js';
import { SCRFD } from '../scrfd/spec.js';

/** What one request may ask for, and what all of them together may take. */
export interface ServerLimits {
  /** Largest body in bytes; a larger one is answered with 413. Default 20 MB. */
  maxBytes?: number | undefined;
  /** Most pixels of an image; more are answered with 422. Default 50 million. */
  maxPixels?: number | undefined;
  /** The most faces that a request may ask for, and what it gets without asking. Default 256. */
  maxFaces?: number | undefined;
  /** The lowest score that a request may ask for: below it nearly everything is a face. Default 0.1. */
  minScore?: number | undefined;
  /** The largest side of the detector's input that a request may ask for; its cost grows with the square. Default 1280. */
  maxDetectorSide?: number | undefined;
  /** Largest answer in bytes; a larger one is answered with 422. Default 200 MB. */
  maxAnswerBytes?: number | undefined;
  /**
   * Milliseconds that a body may take to arrive (408), its answer to be made, waiting included (503), and to be read (the
   * connection is cut): so much for each of the three. Default 30 000.
   */
  timeoutMs?: number | undefined;
  /** Images that may wait, be in work or be answered; one more is answered with 429. Default 100. */
  maxRequests?: number | undefined;
  /**
   * Bytes for bodies that arrive or wait and for answers that have not left, half for each; where bodies take it all, the next is
   * answered with 429. The images in work are bounded by the pool's `imageMemory`. Default: an eighth of the memory that
   * the process may use.
   */
  maxMemory?: number | undefined;
  /** Connections at once; more are closed unheard. Default 1000. */
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

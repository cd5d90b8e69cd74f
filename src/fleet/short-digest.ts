import { createHash } from 'node:crypto';

/** The first sixteen hexadecimal digits of a text's SHA-256, enough to distinguish the names within a run. */
export const shortDigest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

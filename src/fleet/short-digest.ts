import { createHash } from 'node:crypto';

/** The first sixteen hexadecimal digits of a text's SHA-256: enough to tell apart what one run names. */
export const shortDigest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

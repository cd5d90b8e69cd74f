import { FileAccessError } from '../../errors.js';

/** Longest name that any storage here takes, in UTF-8: that of S3. File systems say so themselves. */
const MAX_BYTES = 1024;

/**
 * Refuses a name that would leave its folder or means another one than it says. It may come from a stranger.
 * @throws FileAccessError
 */
export function checkName(name: string): string {
  const segments = name.split('/');
  const isSound =
    Buffer.byteLength(name) <= MAX_BYTES &&
    !/[\\\0]/.test(name) &&
    segments.every((segment) => segment !== '' && segment !== '.' && segment !== '..');
  if (isSound) return name;
  throw new FileAccessError({
    name: 'the image',
    expected: 'a name below its folder, like a/b.jpg',
    received: JSON.stringify(name.slice(0, 80)),
  });
}

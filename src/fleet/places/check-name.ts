import { FileAccessError } from '../../errors.js';

/** Longest name in UTF-8, the limit of S3. File systems report their own limits. */
const MAX_BYTES = 1024;

/**
 * Refuses a name that leads out of its folder or is not in normalised form. Names may come from untrusted sources.
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

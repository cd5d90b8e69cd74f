import { FileAccessError } from '../../errors.js';

/** Says what the operating system refused and what to do about it. */
export function writeError(path: string, cause: NodeJS.ErrnoException): FileAccessError {
  const full = cause.code === 'ENOSPC' || cause.code === 'EDQUOT' || cause.code === 'EFBIG';
  return new FileAccessError({
    name: path,
    expected: 'a place that can be written',
    received: full ? `a full disk (${cause.code})` : `${cause.code ?? cause.message}`,
    hint: full
      ? 'Free some space and run the same command again: it goes on where it stopped.'
      : 'Choose another folder (--dir), or change its permissions.',
    cause,
  });
}

import { FileAccessError } from '../../errors.js';

export interface WriteHints {
  /** The way out where no room is left. */
  full?: string;
  /** The way out of everything else. */
  refused?: string;
}

/** Says what the operating system refused and what to do about it. */
export function writeError(path: string, cause: NodeJS.ErrnoException, hints: WriteHints = {}): FileAccessError {
  const { full = 'Free some space.', refused = 'Choose another path, or change its permissions.' } = hints;
  const isFull = cause.code === 'ENOSPC' || cause.code === 'EDQUOT' || cause.code === 'EFBIG';
  return new FileAccessError({
    name: path,
    expected: 'a place that can be written',
    received: isFull ? `a full disk (${cause.code})` : (cause.code ?? cause.message),
    hint: isFull ? full : refused,
    cause,
  });
}

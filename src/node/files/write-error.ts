import { FileAccessError } from '../../errors.js';

export interface WriteHints {
  /** Hint for a full disk. */
  full?: string | undefined;
  /** Hint for all other errors. */
  refused?: string | undefined;
}

/** Whether an error of the operating system means that the disk is full. */
export const isFullDisk = (cause: unknown) =>
  ['ENOSPC', 'EDQUOT', 'EFBIG'].includes((cause as NodeJS.ErrnoException | undefined)?.code ?? '');

/** The error for a failed write, with the operating system's reason and a hint. */
export function writeError(path: string, cause: NodeJS.ErrnoException, hints: WriteHints = {}): FileAccessError {
  const { full = 'Free some space.', refused = 'Choose another path, or change its permissions.' } = hints;
  const isFull = isFullDisk(cause);
  return new FileAccessError({
    name: path,
    expected: 'a place that can be written',
    received: isFull ? `a full disk (${cause.code})` : (cause.code ?? cause.message),
    hint: isFull ? full : refused,
    cause,
  });
}

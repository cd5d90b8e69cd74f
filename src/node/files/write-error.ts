import { FileAccessError } from '../../errors.js';

export interface WriteHints {
  /** The way out where no room is left. */
  full?: string | undefined;
  /** The way out of everything else. */
  refused?: string | undefined;
}

/** Whether an error of the operating system says that no room is left. */
export const isFullDisk = (cause: unknown) =>
  ['ENOSPC', 'EDQUOT', 'EFBIG'].includes((cause as NodeJS.ErrnoException | undefined)?.code ?? '');

/** Says what the operating system refused and what to do about it. */
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

/** What one thread did from `start` to `end`, milliseconds. */
export interface Span {
  name: string;
  start: number;
  end: number;
  /** The thread did nothing else. */
  sync: boolean;
  thread: number;
}
export const CHANNEL: string;

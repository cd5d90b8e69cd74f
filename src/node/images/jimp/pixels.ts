/** RGB samples without padding, rows from top to bottom. */
export interface Pixels {
  data: Uint8Array;
  width: number;
  height: number;
  /** Of an image that was made smaller while it was decoded: its size before that. */
  fullSize?: { width: number; height: number } | undefined;
}

/** RGB samples without padding, rows from top to bottom. */
export interface Pixels {
  data: Uint8Array;
  width: number;
  height: number;
}

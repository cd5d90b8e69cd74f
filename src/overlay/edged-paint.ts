import { hexToRgb, OVERLAY_COLORS } from './colors.js';

const EDGE = hexToRgb(OVERLAY_COLORS.edge);

/** A colour with the dark edge around it, laid on pixels in one step. */
export class EdgedPaint {
  readonly #data: Uint8Array;
  readonly #red: number;
  readonly #green: number;
  readonly #blue: number;

  /**
   * @param data red, green, blue
   * @param color `#rrggbb`
   */
  constructor(data: Uint8Array, color: string) {
    this.#data = data;
    [this.#red, this.#green, this.#blue] = hexToRgb(color);
  }

  /**
   * @param at of the pixel's red in the data
   * @param fill share of the pixel that the colour covers
   * @param edge share that the figure and its edge cover together
   */
  cover(at: number, fill: number, edge: number): void {
    const data = this.#data;
    if (fill === 1) {
      data[at] = this.#red;
      data[at + 1] = this.#green;
      data[at + 2] = this.#blue;
      return;
    }
    const around = edge * (1 - fill);
    const rest = 1 - fill - around;
    data[at] = data[at] * rest + this.#red * fill + EDGE[0] * around + 0.5;
    data[at + 1] = data[at + 1] * rest + this.#green * fill + EDGE[1] * around + 0.5;
    data[at + 2] = data[at + 2] * rest + this.#blue * fill + EDGE[2] * around + 0.5;
  }
}

/**
 * How far the pixels of a row lie from straight lines: the way to draw lines of any width that meet without a seam, because
 * each pixel counts its nearest line alone.
 */
export class PolylineRows {
  /** By column: the squared distance to the nearest line. Whoever uses it puts Infinity back. */
  readonly squares: Float64Array;
  /** Where the row was measured: first and last column of each part. Parts may overlap. */
  parts = new Int32Array(32);
  readonly #width: number;
  #segments = new Float64Array(64);
  #length = 0;
  #reach = 0;
  #top = Number.POSITIVE_INFINITY;
  #bottom = Number.NEGATIVE_INFINITY;

  /** @param width columns of a row */
  constructor(width: number) {
    this.#width = width;
    this.squares = new Float64Array(width).fill(Number.POSITIVE_INFINITY);
  }

  /** Forgets all lines. @param reach distance beyond which no pixel counts */
  begin(reach: number): void {
    this.#length = 0;
    this.#reach = reach;
    this.#top = Number.POSITIVE_INFINITY;
    this.#bottom = Number.NEGATIVE_INFINITY;
  }

  /** Adds the line from `a` to `b`, which may be one point. One without a finite position is left out. */
  add(ax: number, ay: number, bx: number, by: number): void {
    if (!Number.isFinite(ax + ay + bx + by)) return;
    if (this.#length === this.#segments.length) {
      const longer = new Float64Array(2 * this.#length);
      longer.set(this.#segments);
      this.#segments = longer;
      this.parts = new Int32Array(this.#length);
    }
    const segments = this.#segments;
    segments[this.#length] = ax;
    segments[this.#length + 1] = ay;
    segments[this.#length + 2] = bx;
    segments[this.#length + 3] = by;
    this.#length += 4;
    this.#top = Math.min(this.#top, ay, by);
    this.#bottom = Math.max(this.#bottom, ay, by);
  }

  /** First and last row of `height` that any line reaches; the first is behind the last where none is. */
  rows(height: number): { first: number; last: number } {
    return {
      first: Math.max(0, Math.ceil(this.#top - this.#reach)),
      last: Math.min(height - 1, Math.floor(this.#bottom + this.#reach)),
    };
  }

  /** Measures row `y` into `squares` and `parts`. @returns how many numbers stand in `parts` */
  measure(y: number): number {
    const segments = this.#segments;
    let end = 0;
    for (let i = 0; i < this.#length; i += 4) {
      end = this.#measure(y, segments[i], segments[i + 1], segments[i + 2], segments[i + 3], end);
    }
    return end;
  }

  #measure(y: number, ax: number, ay: number, bx: number, by: number, end: number): number {
    const reach = this.#reach;
    if ((y < ay - reach && y < by - reach) || (y > ay + reach && y > by + reach)) return end;
    const dx = bx - ax;
    const dy = by - ay;
    let x1 = (dx > 0 ? ax : bx) - reach;
    let x2 = (dx > 0 ? bx : ax) + reach;
    if (dy !== 0) {
      // A row meets the band of a slanted line within so many pixels of its middle.
      const middle = ax + ((y - ay) * dx) / dy;
      const half = (reach * Math.sqrt(dx * dx + dy * dy)) / Math.abs(dy);
      x1 = Math.max(x1, middle - half);
      x2 = Math.min(x2, middle + half);
    }
    const first = Math.max(0, Math.ceil(x1));
    const last = Math.min(this.#width - 1, Math.floor(x2));
    if (first > last) return end;
    const squares = this.squares;
    const square = dx * dx + dy * dy || 1;
    const below = y - ay;
    const along = below * dy;
    for (let x = first; x <= last; x++) {
      const right = x - ax;
      // Where on the line the nearest point lies, from 0 (a) to 1 (b).
      const t = (right * dx + along) / square;
      const nearest = t < 0 ? 0 : t > 1 ? 1 : t;
      const ex = right - nearest * dx;
      const ey = below - nearest * dy;
      const distance = ex * ex + ey * ey;
      if (distance < squares[x]) squares[x] = distance;
    }
    this.parts[end] = first;
    this.parts[end + 1] = last;
    return end + 2;
  }
}

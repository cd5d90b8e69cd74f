/** How much of a pixel a line covers, by the pixel's distance from the middle of the line. */
export class LineCoverage {
  /** Distance from which on nothing is covered. */
  readonly reach: number;
  readonly #opacity: number;

  /** @param radius half the line's width. What is thinner than a pixel is a pixel wide and fades instead; 0 covers nothing. */
  constructor(radius: number) {
    const drawn = Math.max(radius, 0.5);
    this.reach = drawn + 0.5;
    this.#opacity = radius / drawn;
  }

  /** @param distance of the pixel's centre */
  at(distance: number): number {
    const within = this.reach - distance;
    return within >= 1 ? this.#opacity : within > 0 ? within * this.#opacity : 0;
  }
}

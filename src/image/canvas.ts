import type { Box } from '../types.js';

/** Red, green and blue from 0 to 255, fractions included. */
export type Color = readonly [red: number, green: number, blue: number];

/** A figure to draw, in image pixels. */
export interface Figure {
  /** Signed distance from a point to the rim, negative inside. It changes by at most 1 from one pixel to the next. */
  distance(x: number, y: number): number;
  /** Box outside of which no pixel is covered. */
  bounds: Box;
}

/** RGB pixels to draw on, anti-aliased: a pixel whose centre lies within half a pixel of a rim is covered in part. */
export class Canvas {
  readonly data: Uint8Array<ArrayBuffer>;
  readonly width: number;
  readonly height: number;

  /** @param data rows of red, green, blue without padding */
  constructor(data: Uint8Array<ArrayBuffer>, width: number, height: number) {
    this.data = data;
    this.width = width;
    this.height = height;
  }

  /** @param opacity share of the color where the figure covers a pixel wholly */
  fill(figure: Figure, color: Color, opacity = 1): void {
    const { bounds } = figure;
    const top = Math.max(0, Math.floor(bounds.y1));
    const bottom = Math.min(this.height - 1, Math.ceil(bounds.y2));
    const first = Math.max(0, Math.floor(bounds.x1));
    const last = Math.min(this.width - 1, Math.ceil(bounds.x2));
    for (let y = top; y <= bottom; y++) this.#fillRow(y, first, last, figure, color, opacity);
  }

  #fillRow(y: number, first: number, last: number, figure: Figure, color: Color, opacity: number): void {
    for (let x = first; x <= last; ) {
      const distance = figure.distance(x, y);
      const start = x++;
      // Far from the rim, the next pixels are as fully inside or outside as this one.
      if (distance >= 1.5 || distance <= -1.5) x = Math.min(start + Math.floor(Math.abs(distance) + 0.5), last + 1);
      if (distance < 0.5) this.#blend(y, start, x, color, distance > -0.5 ? (0.5 - distance) * opacity : opacity);
    }
  }

  #blend(y: number, from: number, end: number, color: Color, coverage: number): void {
    const data = this.data;
    const rest = 1 - coverage;
    const red = color[0] * coverage + 0.5;
    const green = color[1] * coverage + 0.5;
    const blue = color[2] * coverage + 0.5;
    const last = (y * this.width + end) * 3;
    for (let i = (y * this.width + from) * 3; i < last; i += 3) {
      data[i] = data[i] * rest + red;
      data[i + 1] = data[i + 1] * rest + green;
      data[i + 2] = data[i + 2] * rest + blue;
    }
  }
}

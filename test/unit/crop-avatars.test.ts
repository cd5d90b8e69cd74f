import { describe, expect, it } from 'vitest';
import { drawScene } from '../../src/drawn-faces/draw-scene.js';
import { InvalidOptionError } from '../../src/errors.js';
import { cropAvatars } from '../../src/face/crop-avatars.js';
import { packPixels } from '../../src/image/pack-pixels.js';
import { pixelView } from '../../src/image/pixel-image.js';
import { resampleWindow } from '../../src/ops/resample-window.js';
import type { PixelImage, Point } from '../../src/types.js';
import { noise } from '../support/face.js';

const ramp = (width: number, height: number): PixelImage => ({
  data: Uint8Array.from({ length: width * height }, (_, i) => (i % width) * 2),
  width,
  height,
  channelOrder: 'gray',
});

describe('resampleWindow', () => {
  it('gives the pixels themselves in their own size', () => {
    const image = noise(13, 7);
    const window = { left: 0, top: 0, width: 13, height: 7 };
    expect(resampleWindow(pixelView(image), window, 13, 7)).toEqual(packPixels(image, 'rgb'));
  });

  it('is linear between pixels, and carries the edge on', () => {
    // Twice as large: centres at -0.25, 0.25, 0.75, ...
    const out = resampleWindow(pixelView(ramp(100, 1)), { left: 0, top: -3, width: 100, height: 7 }, 200, 7);
    for (let y = 0; y < 7; y++) {
      expect([0, 1, 2, 3].map((x) => out[(y * 200 + x) * 3])).toEqual(
        [0, 1, 2, 3].map((x) => Math.round(Math.max(0, x - 0.5))),
      );
    }
  });

  it('lets every pixel count where it is reduced', () => {
    const image: PixelImage = { data: new Uint8Array(64 * 64), width: 64, height: 64, channelOrder: 'gray' };
    const window = { left: 0, top: 0, width: 64, height: 64 };
    for (const at of [64 * 20 + 21, 64 * 33 + 40, 64 * 47 + 13]) {
      const data = image.data.slice();
      data[at] = 255;
      const sum = resampleWindow(pixelView({ ...image, data }), window, 8, 8).reduce(
        (total, value) => total + value,
        0,
      );
      // 255 spread over 64 reduced pixels' worth of area, three channels, less what rounding takes.
      expect(sum).toBeGreaterThan(0);
      expect(Math.abs(sum / 3 - 255 / 64)).toBeLessThan(3);
    }
  });
});

describe('cropAvatars', () => {
  const { image, faces } = drawScene({ seed: 9, width: 500, height: 400, faces: 1, minSize: 90, maxSize: 90 });
  const face = { landmarksFloat: faces[0].landmarks };

  /** An image whose red tells the column and green the row, so that a picture tells where it was cut. */
  const map: PixelImage = {
    data: Uint8Array.from({ length: 500 * 400 * 3 }, (_, i) => {
      const pixel = Math.floor(i / 3);
      return [(pixel % 500) / 2, Math.floor(pixel / 500) / 2, 0][i % 3];
    }),
    width: 500,
    height: 400,
    channelOrder: 'rgb',
  };
  const placeOf = (picture: PixelImage, x: number, y: number): Point => {
    const at = (Math.floor(y) * picture.width + Math.floor(x)) * 3;
    return { x: 2 * picture.data[at], y: 2 * picture.data[at + 1] };
  };

  const eyes = {
    x: (face.landmarksFloat[34].x + face.landmarksFloat[88].x) / 2,
    y: (face.landmarksFloat[34].y + face.landmarksFloat[88].y) / 2,
  };
  const half = Math.hypot(face.landmarksFloat[0].x - eyes.x, face.landmarksFloat[0].y - eyes.y);

  it('is a square with the eyes in its middle and the head in it, with room', () => {
    const [picture] = cropAvatars(map, [face], { size: 200 });
    expect([picture.width, picture.height, picture.channelOrder]).toEqual([200, 200, 'rgb']);
    const middle = placeOf(picture, 100, 100);
    expect(Math.hypot(middle.x - eyes.x, middle.y - eyes.y)).toBeLessThan(0.12 * half);
    const [top, bottom] = [placeOf(picture, 100, 1), placeOf(picture, 100, 199)];
    expect((bottom.y - top.y) / (2 * half)).toBeCloseTo(1.6, 0.5);
  });

  it('stays inside the image', () => {
    const corner = {
      landmarksFloat: face.landmarksFloat.map(({ x, y }) => ({ x: x - eyes.x + 20, y: y - eyes.y + 30 })),
    };
    const [picture] = cropAvatars(map, [corner], { size: 100 });
    const first = placeOf(picture, 0, 0);
    expect(Math.max(first.x, first.y)).toBeLessThanOrEqual(4);
    expect(placeOf(picture, 99, 99).x).toBeGreaterThan(half);
    const [whole] = cropAvatars(map, [face], { size: 100, margin: 2 });
    expect(placeOf(whole, 50, 99).y - placeOf(whole, 50, 0).y).toBeGreaterThan(380);
  });

  it('makes passport pictures as ICAO asks for them', () => {
    const [picture] = cropAvatars(map, [face], { style: 'passport', size: 900 });
    expect([picture.width, picture.height]).toEqual([700, 900]);
    const [top, bottom] = [placeOf(picture, 350, 0), placeOf(picture, 350, 899)];
    const share = (2 * half) / (bottom.y - top.y);
    expect(share).toBeGreaterThan(0.7);
    expect(share).toBeLessThan(0.8);
    const middle = placeOf(picture, 350, 0.48 * 900);
    expect(Math.abs(middle.x - eyes.x)).toBeLessThanOrEqual(3);
    expect(Math.abs(middle.y - eyes.y)).toBeLessThanOrEqual(3);
  });

  it('shows the face: what is drawn there, in the same colours', () => {
    const [picture] = cropAvatars(image, [face], { size: 64 });
    expect(new Set(picture.data).size).toBeGreaterThan(10);
    expect(cropAvatars(image, [])).toEqual([]);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, 1e30, 0])('refuses landmarks that make no head: %s', (value) => {
    const astray = { landmarksFloat: face.landmarksFloat.map(() => ({ x: value, y: value })) };
    expect(() => cropAvatars(image, [astray])).toThrow(InvalidOptionError);
  });
});

import { pixelView } from 'onnx-facial-lmk-detector/kernels';
import { type PixelImage, type Point, packPixels } from 'onnx-facial-lmk-detector/node';
import { resampleWindow, type Window } from '../src/ops/resample-window.js';
import type { KnownFace, Picture } from './recall-match.js';

const mapped = (face: KnownFace, scale: number, map: (point: Point) => Point): KnownFace => ({
  ...face,
  keypoints: face.keypoints.map(map),
  size: face.size * scale,
});

/** Turned a quarter clockwise as the viewer sees it. */
export function turned({ name, image, faces }: Picture): Picture {
  const { width, height } = image;
  const from = packPixels(image, 'rgb');
  const data = new Uint8Array(from.length);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 3) {
      const to = (x * height + height - 1 - y) * 3;
      for (let channel = 0; channel < 3; channel++) data[to + channel] = from[at + channel];
    }
  }
  return {
    name,
    image: { data, width: height, height: width, channelOrder: 'rgb' },
    faces: faces.map((face) => mapped(face, 1, ({ x, y }) => ({ x: height - 1 - y, y: x }))),
  };
}

/** A part of a picture in another size, with the faces that reach into it. */
export function cut({ name, image, faces }: Picture, window: Window, scale: number): Picture {
  const [width, height] = [window.width, window.height].map((side) => Math.max(1, Math.round(side * scale)));
  const place = ({ x, y }: Point) => ({
    x: ((x + 0.5 - window.left) * width) / window.width - 0.5,
    y: ((y + 0.5 - window.top) * height) / window.height - 0.5,
  });
  const data = resampleWindow(pixelView(image), window, width, height);
  return {
    name,
    image: { data, width, height, channelOrder: 'rgb' },
    faces: faces
      .map((face) => mapped(face, scale, place))
      // Half a face may still be seen as one.
      .filter(({ keypoints: [, , { x, y }], size }) =>
        [x + size / 2, y + size / 2, width + size / 2 - x, height + size / 2 - y].every((room) => room > 0),
      ),
  };
}

export const resized = (picture: Picture, scale: number): Picture =>
  cut(picture, { left: 0, top: 0, width: picture.image.width, height: picture.image.height }, scale);

/** Share of the longer side that a face takes which fills the picture. */
const FILLED = 0.85;

/** Cut so that a face fills the picture, as far as the photograph reaches. */
export function filled(picture: Picture, face: KnownFace): Picture {
  const { width, height } = picture.image;
  const side = Math.min(face.size / FILLED, width, height);
  const center = face.keypoints[2];
  const inside = (middle: number, length: number) =>
    Math.round(Math.min(Math.max(middle - side / 2, 0), length - side));
  const whole = Math.floor(side);
  return cut(picture, { left: inside(center.x, width), top: inside(center.y, height), width: whole, height: whole }, 1);
}

const GAP = 4;
const GRAY = 128;

/** Pictures side by side on gray images of one size, as many images as they need. */
export function tiled(name: string, pictures: readonly Picture[], width: number, height: number): Picture[] {
  const sheets: (Picture & { image: PixelImage; faces: KnownFace[] })[] = [];
  let [x, y, tallest] = [width, height, 0];
  for (const { image, faces } of pictures) {
    if (image.width > width || image.height > height) continue;
    if (x + image.width > width) [x, y, tallest] = [0, y + tallest + GAP, 0];
    if (sheets.length === 0 || y + image.height > height) {
      const data = new Uint8Array(3 * width * height).fill(GRAY);
      sheets.push({
        name: `${name}-${sheets.length + 1}`,
        image: { data, width, height, channelOrder: 'rgb' },
        faces: [],
      });
      [x, y, tallest] = [0, 0, 0];
    }
    const sheet = sheets[sheets.length - 1];
    const rows = packPixels(image, 'rgb');
    const length = 3 * image.width;
    for (let row = 0; row < image.height; row++) {
      sheet.image.data.set(rows.subarray(row * length, (row + 1) * length), ((y + row) * width + x) * 3);
    }
    const [left, top] = [x, y];
    sheet.faces.push(...faces.map((face) => mapped(face, 1, (point) => ({ x: point.x + left, y: point.y + top }))));
    x += image.width + GAP;
    tallest = Math.max(tallest, image.height);
  }
  return sheets;
}

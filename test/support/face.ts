import { faceObject } from '../../src/face/face-object.js';
import { truncatePoint } from '../../src/landmark106/decode.js';
import { alignFace } from '../../src/stages/align-face.js';
import { type Face, KEYPOINT_NAMES, type PixelImage } from '../../src/types.js';

/** Seeded noise: every wrong position shows. */
export function noise(width: number, height: number, seed = 1): PixelImage {
  let state = seed;
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    data[i] = state >>> 24;
  }
  return { data, width, height, channelOrder: 'rgb' };
}

/** A face with true matrices and a true crop of `image`, and landmarks spread over its box with fractions. */
export function faceIn(image: PixelImage, x = 60, y = 50, side = 80): Face {
  const at = (u: number, v: number) => ({ x: Math.trunc(x + u * side), y: Math.trunc(y + v * side) });
  const places = [at(0.3, 0.35), at(0.7, 0.38), at(0.52, 0.6), at(0.33, 0.8), at(0.66, 0.82)];
  const { landmarkInput: _, ...alignment } = alignFace(image, places);
  const landmarksFloat = Array.from({ length: 106 }, (_, i) => ({
    x: Math.fround(x + ((i * 37) % 101) * 0.0099 * side),
    y: Math.fround(y + ((i * 61) % 103) * 0.0097 * side),
  }));
  return faceObject({
    score: Math.fround(0.87),
    box: { x1: x, y1: y, x2: x + side, y2: y + side },
    keypoints: places.map((point, i) => ({ name: KEYPOINT_NAMES[i], ...point })),
    ...alignment,
    landmarks: landmarksFloat.map(truncatePoint),
    landmarksFloat,
  });
}

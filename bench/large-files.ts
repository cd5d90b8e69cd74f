import { type Face, FacialLandmarkDetector } from 'onnx-facial-lmk-detector/node';
import type { Bench, Section } from './bench.js';
import { enlargedJpeg } from './enlarged-jpeg.js';
import { measure } from './harness.js';

/** Longer side of the photographs, as of a camera of 36 megapixels. */
const SIDE = 8000;

/** The nearest of the others, by the middle of the box. */
function nearest({ box }: Face, others: readonly Face[]): Face | undefined {
  const distance = ({ box: other }: Face) =>
    Math.hypot(box.x1 + box.x2 - other.x1 - other.x2, box.y1 + box.y2 - other.y1 - other.y2);
  return [...others].sort((a, b) => distance(a) - distance(b))[0];
}

/** How far landmarks lie from those of the exact way: pixels of the whole image, and shares of the width of the box. */
function shifts(exact: readonly Face[], fast: readonly Face[]): { pixels: number[]; shares: number[] } {
  const pixels: number[] = [];
  const shares: number[] = [];
  for (const face of fast) {
    const same = nearest(face, exact);
    if (!same) continue;
    face.landmarksFloat.forEach(({ x, y }, i) => {
      const shift = Math.hypot(x - same.landmarksFloat[i].x, y - same.landmarksFloat[i].y);
      pixels.push(shift);
      shares.push(shift / (same.box.x2 - same.box.x1));
    });
  }
  return { pixels, shares };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** From the bytes of a large JPEG to faces: every pixel decoded, and made smaller while it is decoded. */
export const benchLargeFiles: Bench = async ({ models, images, rounds }) => {
  const detector = await FacialLandmarkDetector.load(models);
  const sections: Section[] = [];
  for (const { name, image } of images) {
    const { data, info } = await enlargedJpeg(image, SIDE);
    const [exact, fast] = [await detector.detect(data), await detector.detect(data, { decode: 'fast' })];
    const rows = await measure(
      {
        "decode: 'exact'": () => detector.detect(data),
        "decode: 'fast'": () => detector.detect(data, { decode: 'fast' }),
      },
      { rounds, baseline: "decode: 'exact'" },
    );
    const { pixels, shares } = shifts(exact.faces, fast.faces);
    const { width, height } = fast.image.reducedTo ?? info;
    sections.push({
      title: `JPEG file to faces, ${name} enlarged to ${info.width} x ${info.height}`,
      baseline: "decode: 'exact'",
      rows,
      note:
        `${exact.faces.length} and ${fast.faces.length} faces; reduced to ${width} x ${height}, landmarks move by ` +
        `${mean(pixels).toFixed(1)} pixels of the whole image on average, ${(100 * mean(shares)).toFixed(2)} % of the box's width`,
    });
  }
  await detector.close();
  return sections;
};

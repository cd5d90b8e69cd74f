// What the built-in networks find in photographs with points set by hand, and in collages of them.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Evaluation } from '../../src/evaluation/evaluation.js';
import { faceOverlap } from '../../src/evaluation/face-overlap.js';
import { formatEvaluation } from '../../src/evaluation/format-evaluation.js';
import type { TruthFace } from '../../src/evaluation/ground-truth.js';
import { parseTruthJson } from '../../src/evaluation/parse-truth-json.js';
import { boxAround } from '../../src/face/box-around.js';
import { FacialLandmarkDetector } from '../../src/node/facial-landmark-detector.js';
import { NETWORK_SETS } from '../../src/node/models/network-sets.js';
import type { Box, PixelImage } from '../../src/types.js';
import { needsReference, reference } from '../support/reference.js';

const folder = join(reference ?? '', 'eval/helen-train');

interface Labelled {
  file: string;
  faces: TruthFace[];
}

const photographs = (): Labelled[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => {
      const [{ faces }] = parseTruthJson(readFileSync(join(folder, name), 'utf8'), name);
      return { file: join(folder, name.replace('.json', '.jpg')), faces };
    });

const inside = ({ x1, y1, x2, y2 }: Box, outer: Box) => {
  const [x, y] = [(x1 + x2) / 2, (y1 + y2) / 2];
  return x > outer.x1 && x < outer.x2 && y > outer.y1 && y < outer.y2;
};

describe.skipIf(!reference)(`the built-in networks on photographs${needsReference}`, () => {
  let detector: FacialLandmarkDetector;

  beforeAll(async () => {
    detector = await FacialLandmarkDetector.load({ networks: 'mediapipe' });
  });
  afterAll(() => detector?.close());

  it('find each of 140 large faces once, and place landmarks within the stated errors', async () => {
    const evaluation = new Evaluation();
    const twice: string[] = [];
    for (const { file, faces } of photographs()) {
      const found = (await detector.detect(file)).faces;
      evaluation.add(file, faces, found);
      const onIt = found.filter((face) => faceOverlap(face, faces[0]) > 0.2);
      if (onIt.length > 1) twice.push(file);
    }
    expect(twice).toEqual([]);
    const figures = evaluation.figures();
    console.log(formatEvaluation(figures));
    const [{ recall, nme }] = figures.landmarks;
    expect(evaluation.outcomes).toHaveLength(140);
    expect(recall).toBe(1);
    expect(nme?.all).toBeLessThanOrEqual(0.064);
    expect(nme?.withoutContour).toBeLessThanOrEqual(0.046);
    // What `models list` and the README say of the set.
    expect(NETWORK_SETS.mediapipe.measured).toMatchObject({
      images: evaluation.outcomes.length,
      found: recall * evaluation.outcomes.length,
      nme: Number(nme?.all.toFixed(3)),
      nmeWithoutContour: Number(nme?.withoutContour.toFixed(3)),
    });
  });

  /**
   * Heads cut from the photographs, side by side, so that each has a place where it must be found.
   * @param face pixels from brow to chin
   */
  async function collage(columns: number, rows: number, face: number) {
    const pitch = Math.round(1.6 * face);
    const labelled = photographs();
    const tiles: Box[] = [];
    const parts = [];
    for (let i = 0; i < columns * rows; i++) {
      const { file, faces } = labelled[i % labelled.length];
      const { x1, y1, x2, y2 } = boxAround(faces[0].landmarks ?? []);
      const { width = 1, height = 1 } = await sharp(file).metadata();
      const half = (0.8 * Math.max(x2 - x1, y2 - y1)) | 0;
      const [cx, cy] = [((x1 + x2) / 2) | 0, ((y1 + y2) / 2) | 0];
      const region = {
        left: Math.max(0, cx - half),
        top: Math.max(0, cy - half),
        width: Math.min(width, cx + half) - Math.max(0, cx - half),
        height: Math.min(height, cy + half) - Math.max(0, cy - half),
      };
      const input = await sharp(file).extract(region).resize(pitch, pitch, { fit: 'fill' }).png().toBuffer();
      const [left, top] = [(i % columns) * pitch, Math.floor(i / columns) * pitch];
      parts.push({ input, left, top });
      tiles.push({ x1: left, y1: top, x2: left + pitch, y2: top + pitch });
    }
    const size = { width: columns * pitch, height: rows * pitch };
    const canvas = sharp({ create: { ...size, channels: 3, background: '#777' } }).composite(parts);
    const data = new Uint8Array(await canvas.removeAlpha().raw().toBuffer());
    const image: PixelImage = { data, ...size, channelOrder: 'rgb' };
    return { image, tiles };
  }

  const score = async (columns: number, rows: number, face: number, detectorSide: number) =>
    scoreCollage(await collage(columns, rows, face), face, detectorSide);

  /** How many places of a collage hold a found face, and how many faces are found beside or above that. */
  async function scoreCollage(
    { image, tiles }: Awaited<ReturnType<typeof collage>>,
    face: number,
    detectorSide?: number,
  ) {
    const { faces, networks } = await detector.detect(image, { detectorSide });
    const hits = tiles.map((tile) => faces.filter(({ box }) => inside(box, tile)).length);
    const found = hits.filter((count) => count > 0).length;
    const result = { of: tiles.length, found, twice: hits.filter((count) => count > 1).length, all: faces.length };
    const size = `${image.width} x ${image.height}`;
    const side = JSON.stringify(networks.options.detectorSide);
    console.log(`faces of ${face} px in ${size}, detector side ${side}: ${JSON.stringify(result)}`);
    return result;
  }

  // What the model card says of images that are looked at in their own size.
  it.each([16, 20, 24, 32])(
    'find more faces of %i px in an image of 512 px with a detector input of 640',
    async (face) => {
      const columns = Math.floor(512 / Math.round(1.6 * face));
      const crowd = await collage(columns, columns, face);
      const own = await scoreCollage(crowd, face);
      const enlarged = await scoreCollage(crowd, face, 640);
      expect(enlarged.found).toBeGreaterThan(own.found);
    },
  );

  it('find a crowd of 200 faces in one image, and next to none twice', async () => {
    const { of, found, twice } = await score(20, 10, 40, 1280);
    expect(of).toBe(200);
    expect(found).toBeGreaterThanOrEqual(190);
    expect(twice).toBeLessThanOrEqual(2);
  });

  it.each([
    { face: 32, detectorSide: 640, share: 0.9 },
    { face: 24, detectorSide: 640, share: 0.75 },
    { face: 20, detectorSide: 640, share: 0.45 },
    { face: 16, detectorSide: 640, share: 0.15 },
    { face: 24, detectorSide: 1280, share: 0.9 },
    { face: 16, detectorSide: 1280, share: 0.8 },
  ])(
    'find $share of faces of $face px with a detector input of $detectorSide',
    async ({ face, detectorSide, share }) => {
      const columns = Math.floor(640 / Math.round(1.6 * face));
      const { of, found } = await score(columns, columns, face, detectorSide);
      expect(found / of).toBeGreaterThanOrEqual(share);
    },
  );

  it.each([
    { side: 'left', part: 1 / 4, share: 0.8 },
    { side: 'right', part: 1 / 4, share: 0.8 },
    { side: 'bottom', part: 1 / 4, share: 0.9 },
    // Brows and forehead: a quarter would take the eyes away.
    { side: 'top', part: 1 / 12, share: 0.8 },
  ])('find $share of the faces whose $side is cut off by the border', async ({ side, part, share }) => {
    let found = 0;
    const labelled = photographs().filter((_, i) => i % 5 === 0);
    for (const { file, faces } of labelled) {
      const { x1, y1, x2, y2 } = boxAround(faces[0].landmarks ?? []);
      const { width = 1, height = 1 } = await sharp(file).metadata();
      const [w, h] = [x2 - x1, y2 - y1];
      const cut = {
        left: side === 'left' ? Math.max(0, Math.round(x1 + w * part)) : 0,
        top: side === 'top' ? Math.max(0, Math.round(y1 + h * part)) : 0,
        right: side === 'right' ? Math.min(width, Math.round(x2 - w * part)) : width,
        bottom: side === 'bottom' ? Math.min(height, Math.round(y2 - h * part)) : height,
      };
      const region = { left: cut.left, top: cut.top, width: cut.right - cut.left, height: cut.bottom - cut.top };
      const bytes = await sharp(file).extract(region).png().toBuffer();
      const whole = { x1: x1 - cut.left, y1: y1 - cut.top, x2: x2 - cut.left, y2: y2 - cut.top };
      if ((await detector.detect(bytes)).faces.some(({ box }) => inside(box, whole))) found++;
    }
    console.log(`cut at the ${side}: ${found} of ${labelled.length}`);
    expect(found / labelled.length).toBeGreaterThanOrEqual(share);
  });
});

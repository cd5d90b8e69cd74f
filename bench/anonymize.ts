import { join } from 'node:path';
import { pixelView } from 'onnx-facial-lmk-detector/kernels';
import {
  type AnalyzeOptions,
  type AnonymizeOptions,
  anonymizeFaces,
  type Box,
  FacialLandmarkDetector,
  type PixelImage,
  writeImage,
} from 'onnx-facial-lmk-detector/node';
import { resampleWindow } from '../src/ops/resample-window.js';
import { type Tile, tileSheet } from '../src/overlay/tile-sheet.js';
import type { Bench } from './bench.js';

/** Every way to cover a face, the default first. */
const WAYS = (['blur', 'pixelate', 'fill'] as const).flatMap((method) =>
  (['ellipse', 'landmarks', 'box'] as const).map((shape): AnonymizeOptions => ({ method, shape })),
);

/** Every way to look for a face. A network of a fixed side has no other. */
const LOOKS: Record<string, AnalyzeOptions> = {
  'as by default': {},
  'at 640': { detectorSide: 640 },
  thoroughly: { recall: 'thorough' },
};

/** Side of the pictures of heads that are still found. */
const SHOWN = 160;

function around(image: PixelImage, { x1, y1, x2, y2 }: Box, label: string): Tile {
  const side = 2 * Math.max(x2 - x1, y2 - y1);
  const window = { left: (x1 + x2 - side) / 2, top: (y1 + y2 - side) / 2, width: side, height: side };
  return {
    image: {
      data: resampleWindow(pixelView(image), window, SHOWN, SHOWN),
      width: SHOWN,
      height: SHOWN,
      channelOrder: 'rgb',
    },
    label,
  };
}

const overlaps = (a: Box, b: Box) => a.x1 < b.x2 && b.x1 < a.x2 && a.y1 < b.y2 && b.y1 < a.y2;

/**
 * What detectors still find where faces were covered. The faces are found thoroughly by the first set, and looked for afterwards by
 * every set in every way.
 */
export const benchAnonymize: Bench = async ({ models, others, images, pictures }) => {
  const sets = await Promise.all(
    [[models.identity.set, models] as const, ...others].map(
      async ([name, paths]) => [name, await FacialLandmarkDetector.load({ ...paths, threads: 1 })] as const,
    ),
  );
  const photographs = [];
  for (const { name, image } of images) {
    const { faces } = await sets[0][1].detect(image, { recall: 'thorough' });
    if (faces.length > 0) photographs.push({ name, image, faces });
  }
  const covered = photographs.reduce((sum, { faces }) => sum + faces.length, 0);
  const lines: string[] = [];
  const tiles: Tile[] = [];
  for (const way of WAYS) {
    const counts = new Map<string, number>();
    const seen: string[] = [];
    for (const { name, image, faces } of photographs) {
      const hidden = anonymizeFaces(image, faces, way);
      for (const [set, detector] of sets) {
        for (const [look, options] of Object.entries(LOOKS)) {
          const found = (await detector.detect(hidden, options)).faces.filter(({ box }) =>
            faces.some((face) => overlaps(box, face.box)),
          );
          const key = `${set} ${look}`;
          counts.set(key, (counts.get(key) ?? 0) + found.length);
          for (const { box, score, pass } of found) {
            tiles.push(around(hidden, box, score.toFixed(2)));
            seen.push(`${name} ${key} ${pass ?? ''} ${score.toFixed(2)}`);
          }
        }
      }
    }
    lines.push(`${way.method} ${way.shape}: ${[...counts].map(([key, count]) => `${count} by ${key}`).join(', ')}`);
    console.log(lines[lines.length - 1], seen);
  }
  if (pictures !== undefined && tiles.length > 0) {
    await writeImage(join(pictures, 'still-found.png'), tileSheet(tiles, Math.ceil(Math.sqrt(tiles.length))));
  }
  await Promise.all(sets.map(([, detector]) => detector.close()));
  return [
    {
      title: `Found where ${covered} faces in ${photographs.length} images were covered`,
      rows: [],
      note: lines.join('\n  '),
    },
  ];
};

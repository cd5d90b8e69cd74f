import { join, parse } from 'node:path';
import { pixelView } from 'onnx-facial-lmk-detector/kernels';
import {
  type Detection,
  detectFaces,
  loadNetwork,
  type Network,
  type Point,
  Workspace,
  writeImage,
} from 'onnx-facial-lmk-detector/node';
import { labelledPhotographs } from '../src/cli/labelled-photographs.js';
import { resampleWindow } from '../src/ops/resample-window.js';
import { type Tile, tileSheet } from '../src/overlay/tile-sheet.js';
import type { Bench, BenchImage, Section } from './bench.js';
import { type KnownFace, match, type Picture } from './recall-match.js';
import { cut, filled, resized, tiled, turned } from './recall-pictures.js';

/** Sizes of small faces, pixels; each is compared with the one twice as large. */
const SMALL = [8, 10, 12, 16, 20, 24, 32];
/** How far around a small face its photograph is kept, as a multiple of its size. */
const AROUND = 3;
/** Images that small faces lie in. */
const SHEETS = [
  [1920, 1080],
  [1280, 720],
] as const;
const MODES = ['reference', 'thorough'] as const;

/** The five key points of 68 in 300-W's order: middles of the eyes, tip of the nose, corners of the mouth. */
function keypointsOf(points: readonly Point[]): Point[] {
  const middle = (from: number, to: number) => {
    const part = points.slice(from, to);
    const mean = (of: (point: Point) => number) => part.reduce((sum, point) => sum + of(point), 0) / part.length;
    return { x: mean(({ x }) => x), y: mean(({ y }) => y) };
  };
  return [middle(36, 42), middle(42, 48), points[30], points[48], points[54]];
}

function sizeOf(points: readonly Point[]): number {
  const extent = (of: (point: Point) => number) => Math.max(...points.map(of)) - Math.min(...points.map(of));
  return Math.max(
    extent(({ x }) => x),
    extent(({ y }) => y),
  );
}

/** What one network finds, and what that costs. */
class Finder {
  readonly #network: Network;
  readonly #workspace = new Workspace();
  /** Sides of the inputs that the network was run on. */
  readonly #sides: number[] = [];

  constructor(network: Network) {
    const infer = (input: Parameters<Network['infer']>[0]) => {
      this.#sides.push(input.shape[3]);
      return network.infer(input);
    };
    this.#network = { ...network, infer };
  }

  async find({ image }: Picture, recall: (typeof MODES)[number]) {
    this.#sides.length = 0;
    const start = performance.now();
    const faces = await detectFaces(this.#network, image, { recall, maxFaces: 10_000 }, this.#workspace);
    return { faces, time: performance.now() - start, sides: [...this.#sides] };
  }
}

/** A detection where no face is known. */
interface Unmatched {
  picture: Picture;
  detection: Detection;
}

const share = (part: number, whole: number) =>
  `${part} of ${whole}${whole ? ` (${((100 * part) / whole).toFixed(1)} %)` : ''}`;

/** Photographs with the faces that are known in them: the labelled ones, and what one pass over the upright photograph finds. */
async function knownPictures(
  finder: Finder,
  images: readonly BenchImage[],
  folder: string | undefined,
): Promise<Picture[]> {
  const { labelled } = folder === undefined ? { labelled: [] } : await labelledPhotographs(folder);
  const labels = new Map(labelled.map(({ path, truth }) => [parse(path).name, truth.faces]));
  const pictures: Picture[] = [];
  for (const { name, image } of images) {
    const faces = (labels.get(name) ?? []).flatMap(({ landmarks }): KnownFace[] =>
      landmarks?.length === 68
        ? [{ keypoints: keypointsOf(landmarks), size: sizeOf(landmarks), isExpected: true }]
        : [],
    );
    const picture = { name, image, faces };
    const once = await finder.find(picture, 'reference');
    const others = match(once.faces, faces).unmatched.map(({ keypoints, box }): KnownFace => {
      return { keypoints, size: Math.max(box.x2 - box.x1, box.y2 - box.y1), isExpected: faces.length === 0 };
    });
    pictures.push({ ...picture, faces: [...faces, ...others] });
  }
  return pictures;
}

/** Every mode over some pictures: what it finds of the faces that are expected. */
class Tally {
  readonly unmatched: Unmatched[] = [];
  readonly lines: string[] = [];
  readonly #finder: Finder;

  constructor(finder: Finder) {
    this.#finder = finder;
  }

  /** @returns the share that the thorough mode finds */
  async count(title: string, pictures: readonly Picture[]): Promise<number> {
    const expected = pictures.flatMap(({ faces }) => faces.filter(({ isExpected }) => isExpected)).length;
    const parts: string[] = [];
    const times: Record<string, number> = {};
    let thorough = 0;
    for (const mode of MODES) {
      let [found, inOrder, unmatched, time] = [0, 0, 0, 0];
      const runs = new Map<number, number>();
      for (const picture of pictures) {
        const result = await this.#finder.find(picture, mode);
        time += result.time;
        for (const side of result.sides) runs.set(side, (runs.get(side) ?? 0) + 1);
        const outcome = match(result.faces, picture.faces);
        picture.faces.forEach(({ isExpected }, i) => {
          if (isExpected && outcome.found[i]) found++;
          if (isExpected && outcome.inOrder[i]) inOrder++;
        });
        unmatched += outcome.unmatched.length;
        if (mode === 'thorough') {
          this.unmatched.push(...outcome.unmatched.map((detection) => ({ picture, detection })));
        }
      }
      times[mode] = time;
      if (mode === 'thorough') thorough = expected ? found / expected : 0;
      const perPicture = [...runs].map(([side, count]) => `${(count / pictures.length).toFixed(1)} at ${side}`);
      parts.push(
        `${mode} ${share(found, expected)}, key points in place ${inOrder}, unmatched ${unmatched}, runs an image ${perPicture.join(' + ')}`,
      );
    }
    this.lines.push(
      `${title}, ${pictures.length} images: ${parts.join('; ')}; time ${(times.thorough / times.reference).toFixed(1)} times that of one pass`,
    );
    console.log(this.lines[this.lines.length - 1]);
    return thorough;
  }
}

/** Side of the pictures of faces that are unmatched. */
const SHOWN = 96;

/** What lies around each unmatched detection, to look at, each with its score. */
function sheetOf(unmatched: readonly Unmatched[]) {
  const tiles = unmatched.map(({ picture, detection: { box, score } }): Tile => {
    const side = 2 * Math.max(box.x2 - box.x1, box.y2 - box.y1);
    const window = { left: (box.x1 + box.x2 - side) / 2, top: (box.y1 + box.y2 - side) / 2, width: side, height: side };
    const data = resampleWindow(pixelView(picture.image), window, SHOWN, SHOWN);
    return { image: { data, width: SHOWN, height: SHOWN, channelOrder: 'rgb' }, label: score.toFixed(2) };
  });
  return tileSheet(tiles, Math.ceil(Math.sqrt(tiles.length)));
}

/**
 * What the further passes find of large, turned and small faces, what they find where no face is known, and what they cost. Photographs with labels beside them give
 * the best figures; without, the faces that one pass finds in the upright photograph are those to be found again.
 */
export const benchRecall: Bench = async ({ models, images, folder, pictures: target }) => {
  const network = await loadNetwork(models.detector, { threads: 1 });
  const finder = new Finder(network);
  const known = await knownPictures(finder, images, folder);
  const tally = new Tally(finder);
  const sections: Section[] = [];
  await tally.count('As they are', known);
  const large = known.flatMap((picture) =>
    picture.faces.filter(({ isExpected }) => isExpected).map((face) => filled(picture, face)),
  );
  await tally.count('Filled by a face', large);
  let quarter = known;
  for (const degrees of [90, 180, 270]) {
    quarter = quarter.map(turned);
    await tally.count(`Turned by ${degrees} degrees`, quarter);
  }
  await tally.count(
    'Twice as large',
    known.map((picture) => resized(picture, 2)),
  );
  for (const [width, height] of SHEETS) {
    const shares = new Map<number, number>();
    for (const size of SMALL) {
      const small = known.flatMap((picture) =>
        picture.faces
          .filter((face) => face.isExpected && face.size >= size)
          .map((face) => {
            const side = AROUND * face.size;
            const { x, y } = face.keypoints[2];
            const window = { left: x - side / 2, top: y - side / 2, width: side, height: side };
            const faces = picture.faces.map((other) => ({ ...other, isExpected: other === face }));
            return cut({ ...picture, faces }, window, size / face.size);
          }),
      );
      shares.set(
        size,
        await tally.count(`Faces of ${size} pixels in ${width} x ${height}`, tiled(`${size}`, small, width, height)),
      );
    }
    for (const size of SMALL) {
      const [own, twice] = [shares.get(size), shares.get(2 * size)];
      if (own === undefined || !twice) continue;
      tally.lines.push(
        `${size} pixels in ${width} x ${height}: ${((100 * own) / twice).toFixed(1)} % of what is found at twice the size`,
      );
    }
  }
  if (target !== undefined && tally.unmatched.length > 0) {
    await writeImage(join(target, 'unmatched.png'), sheetOf(tally.unmatched));
  }
  const list = tally.unmatched.map(({ picture, detection: { box, score, pass } }, i) => {
    const place = [box.x1, box.y1, box.x2, box.y2].map(Math.round).join(' ');
    return `#${i + 1} ${picture.name} ${pass} ${score.toFixed(2)} at ${place}`;
  });
  sections.push({
    title: `Recall of ${models.identity.set}, ${known.length} photographs`,
    rows: [],
    note: tally.lines.join('\n  '),
  });
  sections.push({ title: 'Found where no face is known', rows: [], note: list.join('\n  ') || 'none' });
  await network.close();
  return sections;
};

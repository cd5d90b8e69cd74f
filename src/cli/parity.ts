import { Command } from 'commander';
import { drawScene } from '../drawn-faces/draw-scene.js';
import { FacialLmkError } from '../errors.js';
import { compareOutputs, formatDifferences, mergeDifferences, type OutputDifferences } from '../merged/parity.js';
import { FacialLandmarkDetector } from '../node/facial-landmark-detector.js';
import { readImage } from '../node/images/image-file.js';
import { findMergedModel, findModels } from '../node/models/model-files.js';
import { loadMergedModel } from '../node/runtime/load-merged-model.js';
import { SCRFD } from '../scrfd/spec.js';
import type { PixelImage } from '../types.js';
import { say } from './say.js';
import { print } from './standard-output.js';

interface ParityOptions {
  merged?: string;
  models?: string;
  detector?: string;
  landmarker?: string;
}

/** Where no photographs are given: drawn scenes of odd sizes, the same in every run. */
const SCENES = [
  { seed: 1, width: 640, height: 480 },
  { seed: 2, width: 1280, height: 720 },
  { seed: 3, width: 500, height: 777 },
];

/** `facial-lmk parity`: the merged model and the split pipeline side by side on the same images. */
export function parityCommand(): Command {
  return new Command('parity')
    .description('compare the split pipeline with a merged model.onnx, element by element')
    .argument('[images...]', 'photographs to compare on (default: drawn scenes)')
    .option('--merged <file>', 'the merged model (default: model.onnx where the networks are looked for)')
    .option('--models <folder>', 'folder with both networks')
    .option('--detector <file>', 'SCRFD network with key points, the one inside the merged model')
    .option('--landmarker <file>', '106-point network, the one inside the merged model')
    .addHelpText(
      'after',
      '\nExit code 0: every output identical; 1: some element differs, an image failed, or there was no face.',
    )
    .action(compare);
}

async function compare(images: string[], options: ParityOptions): Promise<void> {
  const mergedPath = await findMergedModel({ path: options.merged, directory: options.models });
  const paths = await findModels({
    directory: options.models,
    detector: options.detector,
    landmarker: options.landmarker,
  });
  const detector = await FacialLandmarkDetector.load(paths);
  const merged = await loadMergedModel(mergedPath);
  const all: OutputDifferences[] = [];
  try {
    const cases = images.length > 0 ? images : SCENES;
    for (const source of cases) {
      const name = typeof source === 'string' ? source : `drawn scene ${source.seed}`;
      try {
        const image: PixelImage = typeof source === 'string' ? await readImage(source) : drawScene(source).image;
        if (Math.max(image.width, image.height) > SCRFD.maxImageSide) {
          throw new RangeError(
            `${image.width} x ${image.height}: the merged model takes up to ${SCRFD.maxImageSide} pixels`,
          );
        }
        const expected = await merged.run(image);
        all.push(compareOutputs(await detector.run(image), expected));
        say(`${name}: ${expected.scores.shape[0]} faces`);
      } catch (error) {
        if (!(error instanceof FacialLmkError || error instanceof RangeError)) throw error;
        say(`${name}: ${error.message}`);
        process.exitCode = 1;
      }
    }
  } finally {
    await Promise.all([detector.close(), merged.close()]);
  }
  if (all.length === 0) return;
  const total = mergeDifferences(all);
  await print(`${formatDifferences(total)}\n`);
  if (total.scores.length === 0) {
    say('facial-lmk: no face anywhere, so nothing was compared. Name photographs with faces, after the options.');
    process.exitCode = 1;
  }
  if (Object.values(total).some((found) => found.unequal > 0)) process.exitCode = 1;
}

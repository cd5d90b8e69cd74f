import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { drawScene } from '../drawn-faces/draw-scene.js';
import { FacialLmkError } from '../errors.js';
import { composeMergedModel } from '../merged/compose-merged-model.js';
import { compareOutputs, formatDifferences, mergeDifferences, type OutputDifferences } from '../merged/parity.js';
import { FacialLandmarkDetector } from '../node/facial-landmark-detector.js';
import { readImage } from '../node/images/image-file.js';
import { findMergedModel } from '../node/models/find-merged-model.js';
import type { ModelPaths } from '../node/models/find-models.js';
import { SAMPLE_PICTURE } from '../node/package-paths.js';
import { loadMergedModel } from '../node/runtime/load-merged-model.js';
import { SCRFD } from '../scrfd/spec.js';
import type { PixelImage } from '../types.js';
import { addNetworkOptions, findNetworks, type NetworkOptions } from './network-options.js';
import { reportError } from './report-error.js';
import { say } from './say.js';
import { print } from './standard-output.js';

interface ParityOptions extends NetworkOptions {
  merged?: string | undefined;
}

/** Scenes for the networks for drawn faces: unusual sizes, the same in every run. */
const SCENES = [
  { seed: 1, width: 640, height: 480 },
  { seed: 2, width: 1280, height: 720 },
  { seed: 3, width: 500, height: 777 },
];

/** `facial-lmk parity`: the merged model and the split pipeline side by side on the same images. */
export function parityCommand(): Command {
  return addNetworkOptions(
    new Command('parity')
      .description('compare the split pipeline with a merged graph of the same networks, element by element')
      .argument('[images...]', 'photographs to compare on (default: a painting, or scenes for drawn-faces)')
      .option(
        '--merged <file>',
        'the merged graph (default: the upstream model.onnx for insightface, else what `merge` composes)',
      ),
  )
    .addHelpText(
      'after',
      '\nExit code 0: every output identical; 1: some element differs, an image failed, or there was no face.',
    )
    .action(compare);
}

/** The graph with which the split pipeline is compared: the upstream one if there is one, else a composed one. */
async function mergedGraph({ identity, detector, landmarker }: ModelPaths): Promise<string | Uint8Array> {
  if (identity.set === 'insightface') return findMergedModel();
  return composeMergedModel(await readFile(detector), await readFile(landmarker));
}

async function compare(images: string[], options: ParityOptions): Promise<void> {
  const networks = await findNetworks(options);
  const graph = options.merged ?? (await mergedGraph(networks));
  const detector = await FacialLandmarkDetector.load(networks);
  const merged = await loadMergedModel(graph);
  const all: OutputDifferences[] = [];
  try {
    const cases = images.length > 0 ? images : networks.identity.set === 'drawn-faces' ? SCENES : [SAMPLE_PICTURE];
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
        reportError(error, { file: name });
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
    say('facial-lmk: no face was found, so nothing was compared. Add photographs with faces after the options.');
    process.exitCode = 1;
  }
  if (Object.values(total).some((found) => found.unequal > 0)) process.exitCode = 1;
}

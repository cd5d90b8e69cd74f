import { Command, Option } from 'commander';
import { composeMergedModel, type MergeOptions } from '../merged/compose-merged-model.js';
import { writeFileAtomic } from '../node/files/write-file.js';
import { readModelFile } from '../node/runtime/onnx-session.js';
import { SCRFD } from '../scrfd/spec.js';
import { addNetworkOptions, findNetworks, type NetworkOptions } from './network-options.js';
import { integerIn, numberIn } from './option-parsers.js';
import { say } from './say.js';

interface MergeCommandOptions extends MergeOptions, NetworkOptions {
  output: string;
}

/** `facial-lmk merge`: both networks and everything around them -> one ONNX file. */
export function mergeCommand(): Command {
  return addNetworkOptions(
    new Command('merge').description('compose one ONNX graph from both networks: BGR image in, every face out'),
  )
    .optionsGroup('Graph:')
    .requiredOption('-o, --output <file>', 'the ONNX file to write')
    .option('--min-score <number>', `faces need a score above this (default: ${SCRFD.minScore})`, numberIn(0, 1))
    .option(
      '--iou-threshold <number>',
      `overlap that suppresses a box (default: ${SCRFD.iouThreshold})`,
      numberIn(0, 1),
    )
    .option(
      '--max-faces <count>',
      `largest number of faces (default: ${SCRFD.maxFaces})`,
      integerIn(1, Number.MAX_SAFE_INTEGER),
    )
    .option(
      '--detector-side <pixels>',
      "side of the detector's input, a multiple of 32 (default: its own, by the image for mediapipe, else 640)",
      integerIn(32, 4096),
    )
    .addOption(new Option('--landmark-channel-order <order>', 'of the landmark input').choices(['bgr', 'rgb']))
    .addOption(new Option('--landmark-type <type>', 'of the output lmks').choices(['int64', 'float']))
    .action(merge);
}

async function merge(options: MergeCommandOptions): Promise<void> {
  const { output, minScore, iouThreshold, maxFaces, detectorSide, landmarkChannelOrder, landmarkType } = options;
  const graph = { minScore, iouThreshold, maxFaces, detectorSide, landmarkChannelOrder, landmarkType };
  const { detector, landmarker } = await findNetworks(options);
  const [detectorBytes, landmarkerBytes] = await Promise.all([detector, landmarker].map(readModelFile));
  const names = { detectorName: detector, landmarkerName: landmarker };
  const bytes = composeMergedModel(detectorBytes, landmarkerBytes, { ...graph, ...names });
  await writeFileAtomic(output, bytes);
  say(`${output}: ${(bytes.length / 1e6).toFixed(1)} MB`);
}

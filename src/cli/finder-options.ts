import { type Command, Option } from 'commander';
import { MAX_THREADS } from '../node/runtime/onnx-session.js';
import type { DetectOptions } from '../stages/detect-faces.js';
import { addDeviceOption, addNetworkOptions } from './network-options.js';
import { integerIn, numberIn } from './option-parsers.js';

/** Options for networks, threads and workers. */
export function addFinderOptions(command: Command): Command {
  return addDeviceOption(addNetworkOptions(command))
    .option('--threads <n>', 'threads of one network run (default: the physical cores)', integerIn(1, MAX_THREADS))
    .option(
      '--workers <n>',
      'number of images to work on at once, each in a thread with its own networks',
      integerIn(1, 256),
    );
}

/** Options for detection. @param recall the command's own default */
export function addFaceOptions(command: Command, recall: DetectOptions['recall'] = 'reference'): Command {
  return command
    .optionsGroup('Detection:')
    .option('--min-score <score>', 'faces need a score above this (default: 0.5)', numberIn(0, 1))
    .option(
      '--iou-threshold <share>',
      'drop boxes that overlap a better one by more than this (default: 0.4)',
      numberIn(0, 1),
    )
    .option(
      '--max-faces <n>',
      'largest number of faces of an image (default: 1000)',
      integerIn(1, Number.MAX_SAFE_INTEGER),
    )
    .option(
      '--detector-side <pixels>',
      "side of the detector's input, a multiple of 32 (default: 640; mediapipe: 512 to 640, by the image)",
      integerIn(32, 4096),
    )
    .addOption(
      new Option(
        '--recall <how>',
        `thorough: also look for faces that fill the picture, are turned or tiny (default: ${recall})`,
      ).choices(['fast', 'reference', 'thorough']),
    )
    .addOption(
      new Option('--landmark-channel-order <order>', "of the landmark network's input (default: bgr)").choices([
        'bgr',
        'rgb',
      ]),
    )
    .addOption(
      new Option(
        '--large-images <how>',
        'images above 1920 pixels: reduce them for the detector, or refuse them as the merged model does (default: reduce)',
      ).choices(['reduce', 'refuse']),
    );
}

/** Options for detection and decoding. @param recall the command's own default */
export function addDetectionOptions(command: Command, recall?: DetectOptions['recall']): Command {
  return addFaceOptions(command, recall)
    .addOption(new Option('--decoder <name>', 'image decoder (default: auto)').choices(['auto', 'sharp', 'jimp']))
    .addOption(
      new Option(
        '--decode <how>',
        'fast: decode large JPEGs at a smaller size, unless pictures are written (default: exact)',
      ).choices(['exact', 'fast']),
    )
    .option('--max-pixels <n>', 'refuse larger images (default: 178956970)', integerIn(1, Number.MAX_SAFE_INTEGER));
}

import { join } from 'node:path';
import { Command, Option } from 'commander';
import { InvalidOptionError } from '../../errors.js';
import { type CropOptions, cropFace } from '../../face/crop-face.js';
import { contactSheet } from '../../overlay/contact-sheet.js';
import { imageFromNdarray } from '../../pixel-image.js';
import type { PixelImage } from '../../types.js';
import { OVERLAY_FORMATS, type OverlayFormat, writeOverlay } from '../draw-overlay.js';
import { type AnalyzeOptions, type Faces, FacialLandmarkDetector } from '../facial-landmark-detector.js';
import { type DecodedImage, readImage, readImageStream } from '../image-file.js';
import { imageReport } from '../image-report.js';
import { builtInModels, findModels } from '../model-files.js';
import { writeImage } from '../write-image.js';
import { type ImageSource, imageSources } from './image-sources.js';
import { integerIn, numberIn } from './option-parsers.js';
import { OutputStems } from './output-stems.js';
import { reportError } from './report-error.js';
import { REPORT_FORMATS, type ReportFormat } from './report-format.js';

interface DetectCommandOptions extends AnalyzeOptions {
  models?: string;
  detector?: string;
  landmarker?: string;
  builtIn?: boolean;
  json?: boolean;
  jsonl?: boolean;
  csv?: boolean;
  float?: boolean;
  overlay?: string;
  overlayFormat: OverlayFormat;
  indices?: boolean;
  crops?: string;
  cropTemplate?: CropOptions['template'];
  cropSize?: number;
  cropMargin?: number;
  sheets?: string;
  threads?: number;
  verbose?: boolean;
}

const HELP = `
Prints { image, width, height, decoder, faces: [{ score, bbox: [x1,y1,x2,y2],
keypoints: [[x,y] x 5], landmarks: [[x,y] x 106], matrix: [[a,b,tx],[c,d,ty]] }],
timings } for each image: pixels of the image, faces by score, milliseconds.
Nothing else goes to standard output.

Exit code: 0 done, 1 some image failed (the others are done), 2 wrong usage or no networks.

Examples:
  facial-lmk detect photo.jpg
  facial-lmk detect photos/ --jsonl --overlay drawn/ --crops faces/ > faces.jsonl
  facial-lmk detect "holiday/**/*.jpg" --csv --min-score 0.7 > faces.csv
  curl -s http://localhost/photo.jpg | facial-lmk detect - --json`;

/** `facial-lmk detect`: photographs in, faces out. */
export function detectCommand(): Command {
  return new Command('detect')
    .description('find every face with its box, 5 key points and 106 landmarks')
    .argument('<images...>', 'image files, folders, glob patterns, or - for standard input')
    .optionsGroup('Networks:')
    .option('--models <folder>', 'folder that holds both networks')
    .option('--detector <file>', 'SCRFD network with key points')
    .option('--landmarker <file>', '106-point network')
    .addOption(
      new Option('--built-in', "use the package's own networks, which know only drawn faces").conflicts([
        'models',
        'detector',
        'landmarker',
      ]),
    )
    .option('--threads <n>', 'threads of one network run (default: the physical cores)', integerIn(1, 1024))
    .optionsGroup('Output:')
    .addOption(new Option('--json', 'one array, one line for each image (default)').conflicts(['jsonl', 'csv']))
    .addOption(new Option('--jsonl', 'one object for each line, one line for each image').conflicts(['json', 'csv']))
    .addOption(new Option('--csv', 'a header and one line for each face').conflicts(['json', 'jsonl']))
    .option('--float', 'sub-pixel landmarks instead of integers')
    .option('--overlay <folder>', 'write each image with its faces drawn over it')
    .addOption(
      new Option('--overlay-format <format>', 'format of the overlays').choices(OVERLAY_FORMATS).default('png'),
    )
    .option('--indices', 'write the index beside each landmark of the overlay')
    .option('--sheets <folder>', 'write a contact sheet of the aligned faces of each image')
    .option('--crops <folder>', 'write each face upright, as PNG')
    .addOption(
      new Option('--crop-template <name>', 'where the face lies in the crop (default: reference)').choices([
        'reference',
        'arcface',
      ]),
    )
    .option('--crop-size <pixels>', 'side of the crop (default: 224, arcface 112)', integerIn(1, 4096))
    .option('--crop-margin <share>', 'room around the crop as a share of its side (default: 0)', numberIn(-0.4, 4))
    .optionsGroup('Detection:')
    .option('--min-score <score>', 'faces need a score above this (default: 0.5)', numberIn(0, 1))
    .option('--iou-threshold <share>', 'boxes that overlap a better one by more go (default: 0.4)', numberIn(0, 1))
    .option(
      '--max-faces <n>',
      'at most so many faces of an image (default: 1000)',
      integerIn(1, Number.MAX_SAFE_INTEGER),
    )
    .option(
      '--detector-side <pixels>',
      "side of the detector's input, a multiple of 32 (default: 640)",
      integerIn(32, 4096),
    )
    .addOption(
      new Option('--landmark-channel-order <order>', "of the landmark network's input (default: bgr)").choices([
        'bgr',
        'rgb',
      ]),
    )
    .option('--strict', 'refuse images above 1920 pixels, as the merged model does')
    .addOption(new Option('--decoder <name>', 'image decoder (default: auto)').choices(['auto', 'sharp', 'jimp']))
    .addHelpText('after', HELP)
    .action((images: string[], _: DetectCommandOptions, command: Command) =>
      detect(images, command.optsWithGlobals<DetectCommandOptions>()),
    );
}

async function detect(images: readonly string[], options: DetectCommandOptions): Promise<void> {
  const detector = await loadDetector(options);
  const format: ReportFormat = REPORT_FORMATS[options.csv ? 'csv' : options.jsonl ? 'jsonl' : 'json'];
  const stems = new OutputStems();
  // Waits for the first result, so that wrong usage that shows only then prints no data at all.
  let opening = format.start;
  let reported = 0;
  try {
    for (const source of await imageSources(images)) {
      // Also an image that fails takes a name, so that names do not depend on what fails.
      const stem = stems.next(source.name);
      try {
        const { image, faces } = await analyze(detector, source, options);
        await writePictures(stem, image, faces, options);
        await print(opening + format.report(imageReport(source.name, faces, options), reported));
        opening = '';
        reported++;
      } catch (error) {
        // The same for every image: not the image's fault.
        if (error instanceof InvalidOptionError) throw error;
        reportError(error, { file: source.name, verbose: options.verbose });
        process.exitCode = 1;
      }
    }
    await print(opening + format.end);
  } finally {
    await detector.close();
  }
}

async function loadDetector({ builtIn, models, detector, landmarker, threads }: DetectCommandOptions) {
  if (builtIn) {
    console.error('facial-lmk: using the built-in networks, which know only drawn faces, never photographed ones.');
  }
  const paths = builtIn ? builtInModels() : await findModels({ directory: models, detector, landmarker });
  return FacialLandmarkDetector.load({ ...paths, threads });
}

/** Decodes and finds. The pixels are handed out, because overlays and crops need them too. */
async function analyze(detector: FacialLandmarkDetector, source: ImageSource, options: DetectCommandOptions) {
  if ('error' in source) throw source.error;
  const start = performance.now();
  const image = await open(source.name, options);
  const decode = performance.now() - start;
  const faces = await detector.detect(image, options);
  return { image, faces: Object.assign(faces, { timings: { ...faces.timings, decode } }) };
}

async function open(name: string, { decoder }: DetectCommandOptions): Promise<DecodedImage> {
  // The file's name stands before the message already.
  if (name !== '-') return readImage(name, { decoder, name: 'the image' });
  return readImageStream(process.stdin, { decoder, name: 'standard input' });
}

async function writePictures(stem: string, image: PixelImage, faces: Faces, options: DetectCommandOptions) {
  const { overlay, overlayFormat, indices, crops, sheets } = options;
  if (overlay !== undefined) {
    await writeOverlay(join(overlay, `${stem}.overlay.${overlayFormat}`), image, faces, { indices });
  }
  if (sheets !== undefined && faces.length > 0) {
    await writeImage(join(sheets, `${stem}.sheet.png`), contactSheet(faces));
  }
  if (crops === undefined) return;
  const cropOptions = { template: options.cropTemplate, size: options.cropSize, margin: options.cropMargin };
  // One by one: a thousand faces would be a thousand images in memory.
  for (const [i, face] of faces.entries()) {
    const { crop, cropChannelOrder } = cropFace(image, face, cropOptions);
    await writeImage(join(crops, `${stem}.face-${i + 1}.png`), imageFromNdarray(crop, cropChannelOrder));
  }
}

/**
 * Waits until the text is on its way, so that a slow reader slows the work instead of filling the memory. A reader that is
 * gone shows as the stream's `error` event, which main.ts takes.
 */
function print(text: string): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.write(text, () => resolve());
  });
}

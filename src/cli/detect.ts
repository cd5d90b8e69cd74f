import { Command, Option } from 'commander';
import { isDynamicPattern } from 'tinyglobby';
import { mapInOrder } from '../detector/map-in-order.js';
import { type ResultJson, resultToJson } from '../detector/result-to-json.js';
import { InvalidOptionError } from '../errors.js';
import { removeParts } from '../node/files/part-file.js';
import { OVERLAY_FORMATS } from '../node/images/draw-overlay.js';
import { chooseEncoder } from '../node/images/image-codecs.js';
import { DetectProgress } from './detect-progress.js';
import { type Finder, type FinderOptions, loadFinder } from './face-finder.js';
import { addDetectionOptions, addFinderOptions } from './finder-options.js';
import type { ImageSource } from './image-source.js';
import { imageSources } from './image-sources.js';
import { JsonlFile } from './jsonl-file.js';
import { kindOf } from './kind-of.js';
import { integerIn, numberIn } from './option-parsers.js';
import { OutputStems } from './output-stems.js';
import { withoutOwnPictures } from './own-pictures.js';
import { PassedOver } from './passed-over.js';
import { reportError } from './report-error.js';
import { REPORT_FORMATS, type ReportFormat } from './report-format.js';
import { say } from './say.js';
import { print } from './standard-output.js';
import { StopSignal } from './stop-signal.js';

interface DetectCommandOptions extends FinderOptions {
  json?: boolean;
  jsonl?: boolean | string;
  resume?: boolean;
  csv?: boolean;
  subpixel?: boolean;
  attributes?: boolean;
  verbose?: boolean;
}

const HELP = `
Prints { image, width, height, decoder, faces: [{ score, bbox: [x1,y1,x2,y2],
keypoints: [[x,y] x 5], landmarks: [[x,y] x 106], matrix: [[a,b,tx],[c,d,ty]] }],
timings } for each image: pixels of the image, faces by score, milliseconds.
Nothing else goes to standard output.

Ctrl-C lets the images in work finish, then stops.

Exit code: 0 done, 1 some image failed or was left (the others are done) or the disk is full, 2 wrong usage or no networks.

Examples:
  facial-lmk detect photo.jpg
  facial-lmk detect photos/ --jsonl faces.jsonl --overlay drawn/ --crops faces/ --workers 4
  facial-lmk detect photos/ --jsonl faces.jsonl --workers 4 --resume
  facial-lmk detect "holiday/**/*.jpg" --csv --min-score 0.7 > faces.csv
  curl -s http://localhost/photo.jpg | facial-lmk detect - --json`;

/** `facial-lmk detect`: prints the faces of photographs. */
export function detectCommand(): Command {
  const command = new Command('detect')
    .description('find every face with its box, 5 key points and 106 landmarks')
    // Optional for commander, which in `--jsonl photo.jpg` takes the image for the option's value.
    .argument('[images...]', 'image files, folders, glob patterns, or - for standard input');
  addOutputOptions(addFinderOptions(command));
  return addDetectionOptions(command)
    .addHelpText('after', HELP)
    .action((images: string[], _: DetectCommandOptions, command: Command) =>
      detect(images, command.optsWithGlobals<DetectCommandOptions>()),
    );
}

/** Options for the output and for pictures. */
function addOutputOptions(command: Command): Command {
  return command
    .optionsGroup('Output:')
    .addOption(new Option('--json', 'one array, one line for each image (default)').conflicts(['jsonl', 'csv']))
    .addOption(
      new Option(
        '--jsonl [file.jsonl]',
        'one object for each line, one line for each image; into a file with a progress bar',
      ).conflicts(['json', 'csv']),
    )
    .option('--resume', 'continue the file of --jsonl: skip the images that it already has')
    .addOption(
      new Option('--csv', 'a header and one line for each face, or for an image without any').conflicts([
        'json',
        'jsonl',
      ]),
    )
    .option('--subpixel', 'landmarks with fractions instead of integers')
    .option('--attributes', 'add head pose, quality, and openness of eyes and mouth; not with --csv')
    .option('--overlay <folder>', 'write each image with its faces drawn over it')
    .addOption(
      new Option('--overlay-format <format>', 'format of the overlays (default: png)').choices(OVERLAY_FORMATS),
    )
    .option('--indices', 'write the index beside each landmark of the overlay')
    .option('--legend', 'say in a corner of the overlay which colour shows what')
    .option('--sheets <folder>', 'write a contact sheet of the aligned faces of each image')
    .option('--crops <folder>', 'write each face upright, as PNG')
    .addOption(
      new Option('--crop-template <name>', 'position of the face in the crop (default: reference)').choices([
        'reference',
        'arcface',
      ]),
    )
    .option('--crop-size <pixels>', 'side of the crop (default: 224, arcface 112)', integerIn(1, 4096))
    .option('--crop-margin <share>', 'room around the crop as a share of its side (default: 0)', numberIn(-0.4, 4));
}

/** Options that need another one. */
const NEEDS = [
  ['indices', '--indices', 'overlay', '--overlay <folder>'],
  ['legend', '--legend', 'overlay', '--overlay <folder>'],
  ['overlayFormat', '--overlay-format', 'overlay', '--overlay <folder>'],
  ['cropTemplate', '--crop-template', 'crops', '--crops <folder>'],
  ['cropSize', '--crop-size', 'crops', '--crops <folder>'],
  ['cropMargin', '--crop-margin', 'crops', '--crops <folder>'],
  ['resume', '--resume', 'jsonl', '--jsonl <file.jsonl>'],
] as const;

/**
 * Refuses options that make no sense together, before anything is read.
 * @param path the file of --jsonl
 */
async function checkUsage(options: DetectCommandOptions, path: string | undefined): Promise<void> {
  for (const [option, flag, needed, neededFlag] of NEEDS) {
    const isThere = needed === 'jsonl' ? path !== undefined : options[needed] !== undefined;
    if (options[option] === undefined || isThere) continue;
    throw new InvalidOptionError({ name: flag, expected: `${neededFlag} beside it`, received: 'none' });
  }
  const { jsonl, overlayFormat } = options;
  if (typeof jsonl === 'string' && !path && !isDynamicPattern(jsonl) && (await kindOf(jsonl)) === 'missing') {
    const expected = 'a name that ends in .jsonl, or an image that is there';
    throw new InvalidOptionError({ name: '--jsonl', expected, received: JSON.stringify(jsonl) });
  }
  if (overlayFormat !== undefined && overlayFormat !== 'svg') await chooseEncoder(overlayFormat);
}

async function detect(images: readonly string[], options: DetectCommandOptions): Promise<void> {
  const { jsonl, resume = false } = options;
  // In `--jsonl photo.jpg` the value is an image: only a name that ends in .jsonl is a file to write.
  const path = typeof jsonl === 'string' && jsonl.endsWith('.jsonl') ? jsonl : undefined;
  const named = typeof jsonl === 'string' && !path ? [jsonl, ...images] : images;
  await checkUsage(options, path);
  if (named.length === 0) {
    throw new InvalidOptionError({
      name: 'the images',
      expected: 'a file, a folder, a pattern or -',
      received: 'none',
    });
  }
  const passedOver = new PassedOver();
  const sources = withoutOwnPictures(await imageSources(named, passedOver), options, passedOver);
  const file = path === undefined ? undefined : await JsonlFile.open(path, resume);
  try {
    if (file && sources.every(({ name }) => file.has(name)))
      say(`facial-lmk: nothing to do: ${path} already has all ${sources.length} images.`);
    else await analyze(sources, file, options);
  } finally {
    await file?.close();
  }
  if (passedOver.summary) {
    say(
      `facial-lmk: passed over in folders: ${passedOver.summary}. A file given as an argument is read whatever its ending.`,
    );
  }
}

/** A run under way. */
interface Run {
  sources: readonly ImageSource[];
  finder: Finder;
  stop: StopSignal;
  options: DetectCommandOptions;
  /** Numbers of analysed images and of found faces. */
  totals: { images: number; faces: number };
}

async function analyze(sources: ImageSource[], file: JsonlFile | undefined, options: DetectCommandOptions) {
  const finder = await loadFinder(options);
  const stop = new StopSignal();
  const totals = { images: 0, faces: 0 };
  const run: Run = { sources, finder, stop, options, totals };
  try {
    if (options.resume) await removeParts([options.overlay, options.sheets, options.crops]);
    await (file ? detectIntoFile(run, file) : detectToOutput(run));
  } finally {
    stop.dispose();
    await finder.close();
  }
  stop.tellSkipped();
  if (totals.images > 0 && totals.faces === 0) {
    say(
      'facial-lmk: no face was found. Try a lower --min-score, or a larger --detector-side for small faces; --overlay shows the images as they were read.',
    );
  }
}

/** Writes the reports line by line into a file, with a progress bar. */
async function detectIntoFile(run: Run, file: JsonlFile) {
  const left = run.sources.filter(({ name }) => !file.has(name));
  const progress = new DetectProgress(left.length, run.options.verbose);
  try {
    for await (const { source, report, error } of reports(run, (name) => file.has(name))) {
      if (report) {
        await file.append(REPORT_FORMATS.jsonl.report(report));
        progress.done(report.faces.length);
      } else if (error !== undefined) {
        progress.failed(error, source.name);
      }
    }
    // Creates the file even if no image can be read.
    await file.begin();
  } finally {
    progress.stop();
  }
}

/** Prints the reports to standard output in the chosen format. */
async function detectToOutput(run: Run) {
  const { csv, jsonl, verbose } = run.options;
  const format: ReportFormat = REPORT_FORMATS[csv ? 'csv' : jsonl ? 'jsonl' : 'json'];
  // Printed only with the first result, so that a usage error that shows only then prints no data.
  let opening = format.start;
  let reported = 0;
  for await (const { source, report, error } of reports(run)) {
    if (report) {
      if (!(await print(opening + format.report(report, reported++)))) return;
      opening = '';
    } else if (error !== undefined) {
      reportError(error, { file: source.name, verbose });
    }
  }
  await print(opening + format.end);
}

/** The outcome of one image. Neither report nor error when the image was skipped. */
interface Outcome {
  source: ImageSource;
  report?: ResultJson;
  error?: unknown;
}

/** One outcome for each image in order, until the last or until a signal asks to stop. Pictures are written on the way. */
async function* reports(
  { sources, finder, stop, options, totals }: Run,
  isDone: (name: string) => boolean = () => false,
): AsyncGenerator<Outcome, void, undefined> {
  // Failed and finished images get a name too, so that the names of the others do not depend on them.
  const stems = new OutputStems();
  const named = sources.map((source) => ({ source, stem: stems.next(source.stem) }));
  const left = stop.until(named.filter(({ source }) => !isDone(source.name)));
  yield* mapInOrder(left, finder.concurrency, async ({ source, stem }): Promise<Outcome> => {
    try {
      if (source.error) throw source.error;
      const { subpixel, attributes } = options;
      const report = resultToJson(await finder.find(source.name, stem, stop.wish), { subpixel, attributes });
      totals.images++;
      totals.faces += report.faces.length;
      return { source, report };
    } catch (error) {
      if (stop.wish.aborted && error === stop.wish.reason) {
        stop.skip();
        return { source };
      }
      // An invalid option concerns all images, not just this one.
      if (error instanceof InvalidOptionError) throw error;
      process.exitCode = 1;
      return { source, error };
    }
  });
}

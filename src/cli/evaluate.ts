import { basename, resolve } from 'node:path';
import { Command } from 'commander';
import { mapInOrder } from '../detector/map-in-order.js';
import { GroundTruthError, InvalidOptionError } from '../errors.js';
import { cedSvg } from '../evaluation/ced-svg.js';
import { drawOutcome } from '../evaluation/draw-outcome.js';
import { Evaluation, type FaceOutcome } from '../evaluation/evaluation.js';
import { formatEvaluation } from '../evaluation/format-evaluation.js';
import type { TruthImage } from '../evaluation/ground-truth.js';
import { writeFileAtomic } from '../node/files/write-file.js';
import { readImage } from '../node/images/image-file.js';
import { writeImage } from '../node/images/write-image.js';
import { type Tile, tileSheet } from '../overlay/tile-sheet.js';
import type { Receipt } from '../runtime/receipt.js';
import { DetectProgress } from './detect-progress.js';
import { type Finder, type FinderOptions, loadFinder } from './face-finder.js';
import { addDetectionOptions, addFinderOptions } from './finder-options.js';
import {
  type FileFailure,
  type LabelledPhotograph,
  type LabelledPhotographs,
  labelledPhotographs,
} from './labelled-photographs.js';
import { integerIn } from './option-parsers.js';
import { reportError } from './report-error.js';
import { say } from './say.js';
import { print, shownName } from './standard-output.js';
import { StopSignal } from './stop-signal.js';

interface EvaluateOptions extends FinderOptions {
  json?: string;
  svg?: string;
  worst?: string;
  worstFaces: number;
  verbose?: boolean;
}

const HELP = `
Ground truth that is read, from the folder and all folders below it:
  face.pts                  300-W, 68 points, beside face.jpg
  face.txt, face.jpg.txt    JD-landmark and LaPa, 106 points, beside face.jpg
  *_bbx_gt.txt              WIDER FACE, boxes of many photographs
  *.json, *.jsonl           what detect prints: boxes, and 106 or 68 landmarks
"Beside" may be a folder next to that of the photograph, as in images/ and landmarks/.

A face counts as found when a detected box overlaps its box with an intersection over
union of at least 0.5. Where only landmarks are labelled, the box around them is compared
with the detected box and with the box around the found landmarks, and one is enough.
Average precision is that of the faces above --min-score; 0.02 gives the whole curve.

Exit code: 0 done, 1 some file failed or was left (the others count), 2 wrong usage or no networks.

Examples:
  facial-lmk evaluate helen/
  facial-lmk evaluate WIDER_val/ --min-score 0.02 --json wider.json --workers 4
  facial-lmk evaluate helen/ --svg ced.svg --worst worst.png`;

/** `facial-lmk evaluate`: measures accuracy on photographs with ground truth. */
export function evaluateCommand(): Command {
  const command = new Command('evaluate')
    .description('measure the accuracy of faces and landmarks against ground truth')
    .argument('<folder>', 'photographs and their ground truth')
    .optionsGroup('Output:')
    .option('--json <file>', 'write every figure, and the outcome of each face')
    .option('--svg <file>', 'write the cumulative error distribution of the landmarks')
    .option('--worst <file>', 'write a contact sheet of the worst faces, labelled and found landmarks in it')
    .option('--worst-faces <n>', 'number of faces on that sheet', integerIn(1, 1000), 20);
  return addDetectionOptions(addFinderOptions(command))
    .addHelpText('after', HELP)
    .action((folder: string, _: EvaluateOptions, command: Command) =>
      evaluate(folder, command.optsWithGlobals<EvaluateOptions>()),
    );
}

async function evaluate(folder: string, options: EvaluateOptions): Promise<void> {
  const photographs = await labelledPhotographs(folder);
  for (const { file, error } of photographs.failures) reportError(error, { file, verbose: options.verbose });
  if (photographs.unlabelled.length > 0) {
    say(`facial-lmk: no ground truth for ${photographs.unlabelled.length} of the photographs.`);
  }
  checkLabels(folder, photographs, options);
  const evaluation = new Evaluation();
  const finder = await loadFinder(options);
  const stop = new StopSignal();
  let networks: Receipt | undefined;
  try {
    const measured = await measure(photographs.labelled, evaluation, finder, stop, options);
    networks = measured.networks;
    photographs.failures.push(...measured.failures);
  } finally {
    stop.dispose();
    await finder.close();
  }
  if (stop.skipped) say('facial-lmk: stopped; the figures are for the photographs analysed so far.');
  if (stop.skipped || photographs.failures.length > 0) process.exitCode = 1;
  await print(formatEvaluation(evaluation.figures()));
  await writeResults(folder, evaluation, networks, photographs, options);
}

/** Refuses ground truth that cannot give the requested results, before the work begins. */
function checkLabels(folder: string, { labelled }: LabelledPhotographs, { svg }: EvaluateOptions): void {
  if (labelled.length === 0) {
    const expected = 'a folder with ground truth that can be read';
    throw new InvalidOptionError({ name: 'the folder', expected, received: folder });
  }
  if (svg !== undefined && !labelled.some(({ truth }) => truth.faces.some(({ landmarks }) => landmarks))) {
    throw new InvalidOptionError({ name: '--svg', expected: 'ground truth with landmarks', received: 'only boxes' });
  }
}

/** Finds the faces of all photographs. Returns the photographs that failed; the receipt is missing when all failed. */
async function measure(
  labelled: readonly LabelledPhotograph[],
  evaluation: Evaluation,
  finder: Finder,
  stop: StopSignal,
  { verbose }: EvaluateOptions,
): Promise<{ failures: FileFailure[]; networks: Receipt | undefined }> {
  const failures: FileFailure[] = [];
  let receipt: Receipt | undefined;
  const progress = new DetectProgress(labelled.length, verbose);
  try {
    const results = mapInOrder(stop.until(labelled), finder.concurrency, async ({ path, truth }) => {
      try {
        const { image, faces, networks } = await finder.find(path);
        checkSize(image, truth);
        return { path, truth, faces, networks };
      } catch (error) {
        // An invalid option concerns all photographs, not just this one.
        if (error instanceof InvalidOptionError) throw error;
        return { path, truth, error };
      }
    });
    for await (const { path, truth, faces, networks, error } of results) {
      if (faces) {
        receipt = networks;
        evaluation.add(path, truth.faces, faces);
        progress.done(faces.length);
      } else {
        failures.push({ file: path, error });
        progress.failed(error, path);
      }
    }
  } finally {
    progress.stop();
  }
  return { failures, networks: receipt };
}

/** Refuses a photograph whose size differs from the labelled one, because its labels do not fit. */
function checkSize(image: { width: number; height: number }, truth: TruthImage): void {
  const { width = image.width, height = image.height } = truth;
  if (width === image.width && height === image.height) return;
  throw new GroundTruthError({
    name: 'the photograph',
    expected: `${width} x ${height} pixels, as its ground truth says,`,
    received: `${image.width} x ${image.height}`,
  });
}

async function writeResults(
  folder: string,
  evaluation: Evaluation,
  networks: Receipt | undefined,
  { unlabelled, failures }: LabelledPhotographs,
  { json, svg, worst, worstFaces, decoder }: EvaluateOptions,
): Promise<void> {
  if (json !== undefined) {
    const faces = evaluation.outcomes.map(({ image, box, score, errors }) => ({
      ...{ image, bbox: [box.x1, box.y1, box.x2, box.y2], score: score ?? null },
      ...(errors && { errors }),
    }));
    const failed = failures.map(({ file, error }) => ({ file, reason: (error as Error).message }));
    const result = { networks, ...evaluation.figures(), unlabelled: unlabelled.length, failed, faces };
    await writeFileAtomic(json, `${JSON.stringify(result, null, 2)}\n`);
  }
  if (svg !== undefined) {
    const title = [basename(resolve(folder)), networks?.set].filter(Boolean).join(', networks ');
    await writeFileAtomic(svg, cedSvg(evaluation.curves(), title));
  }
  if (worst !== undefined) await writeWorst(worst, evaluation.worst(worstFaces), decoder);
}

/** Side of one face on the sheet of the worst, pixels. */
const TILE = 240;

/** Writes the sheet, and prints a line for each face on it. */
async function writeWorst(path: string, faces: readonly FaceOutcome[], decoder: EvaluateOptions['decoder']) {
  const tiles: Tile[] = [];
  for (const [i, face] of faces.entries()) {
    const error = face.errors?.all.toFixed(3) ?? '-';
    await print(`#${i + 1}  ${error === '-' ? 'missed' : error}  ${shownName(face.image)}\n`);
    // Read again, because keeping all photographs would fill the memory.
    const image = await readImage(face.image, { decoder });
    tiles.push({ image: drawOutcome(image, face, TILE), label: `#${i + 1} ${error}` });
  }
  if (tiles.length > 0) await writeImage(path, tileSheet(tiles, Math.ceil(Math.sqrt(tiles.length))));
}

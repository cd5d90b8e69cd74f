import { Command, Option } from 'commander';
import { type AnonymizeOptions, anonymizeFaces } from '../anonymize/anonymize-faces.js';
import { encodeLike } from '../node/images/encode-like.js';
import type { PixelImage } from '../types.js';
import { addDetectionOptions, addFinderOptions } from './finder-options.js';
import { numberIn } from './option-parsers.js';
import { type FoundImage, type PictureRunOptions, pictureRun } from './picture-run.js';
import { say } from './say.js';

interface AnonymizeCommandOptions extends PictureRunOptions, AnonymizeOptions {
  keepMetadata?: boolean;
}

/** A missed face is the worst that can happen here. */
const RECALL = 'thorough';
/** How often a picture is looked at again at most, whatever is found being covered before the next time. */
const MOST_LOOKS = 3;

const HELP = `
Writes name.anonymized.jpg (png, webp: as the original; png where that cannot be
written) into the folder, and prints its path. The colour profile is kept. EXIF,
with place and thumbnail, is dropped. The original is never changed.

Looks for faces thoroughly, and once more in what it made; that takes ten times as
long as detect, or more. A face that is not found stays visible all the same: look
at the pictures before you publish them.

Exit code: 0 done, 1 some image failed or was left, 2 wrong usage or no networks.

Examples:
  facial-lmk anonymize photo.jpg --output public/
  facial-lmk anonymize photos/ --output public/ --method pixelate --shape ellipse --workers 2`;

/** `facial-lmk anonymize`: writes photographs without recognisable faces. */
export function anonymizeCommand(): Command {
  const command = new Command('anonymize')
    .description('make every face unrecognisable, and remove metadata')
    .argument('<images...>', 'image files, folders, glob patterns, or - for standard input')
    .optionsGroup('Output:')
    .requiredOption('-o, --output <folder>', 'folder for the pictures')
    .addOption(
      new Option('--method <name>', 'method of covering a face (default: blur)').choices([
        'blur',
        'pixelate',
        'fill',
      ] as const),
    )
    .addOption(
      new Option('--shape <name>', 'along the landmarks, or around them (default: ellipse)').choices([
        'landmarks',
        'box',
        'ellipse',
      ] as const),
    )
    .option('--strength <share>', 'from 0 to 1; a higher value leaves fewer details (default: 0.5)', numberIn(0, 1))
    .option('--keep-metadata', 'keep EXIF: camera, time and place, but no thumbnail');
  return addDetectionOptions(addFinderOptions(command), RECALL)
    .addHelpText('after', HELP)
    .action((images: string[], _: AnonymizeCommandOptions, command: Command) =>
      anonymize(images, command.optsWithGlobals<AnonymizeCommandOptions>()),
    );
}

/** The image with its faces covered, and whatever still looks like one in that. */
async function cover(
  { pixels, faces, findIn }: FoundImage,
  options: AnonymizeOptions,
): Promise<{ picture: PixelImage; left: number }> {
  let picture = anonymizeFaces(pixels, faces, options);
  for (let look = 1; ; look++) {
    const rest = await findIn(picture);
    if (rest.length === 0 || look === MOST_LOOKS) return { picture, left: rest.length };
    picture = anonymizeFaces(picture, rest, { ...options, strength: 1 });
  }
}

async function anonymize(images: readonly string[], options: AnonymizeCommandOptions): Promise<void> {
  const { method, shape, strength, keepMetadata } = options;
  let left = 0;
  const totals = await pictureRun(images, { recall: RECALL, ...options }, async function* (image) {
    const covered = await cover(image, { method, shape, strength });
    left += covered.left;
    const { bytes, extension } = await encodeLike(image.bytes, covered.picture, { keepMetadata });
    yield { ending: `anonymized.${extension}`, bytes };
  });
  const rest = left > 0 ? ` In ${left} places something still looks like a face.` : '';
  say(
    `facial-lmk: ${totals.faces} faces covered in ${totals.images} images.${rest} Faces that were not found are still visible.`,
  );
}

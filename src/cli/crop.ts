import { Command, Option } from 'commander';
import { cropAvatars } from '../face/crop-avatars.js';
import { cropFace } from '../face/crop-face.js';
import { imageFromTensor } from '../image/image-from-tensor.js';
import { encodeLike } from '../node/images/encode-like.js';
import type { Face, PixelImage } from '../types.js';
import { addDetectionOptions, addFinderOptions } from './finder-options.js';
import { integerIn, numberIn } from './option-parsers.js';
import { type PictureRunOptions, pictureRun } from './picture-run.js';
import { say } from './say.js';

const STYLES = ['avatar', 'arcface', 'passport'] as const;

interface CropCommandOptions extends PictureRunOptions {
  style: (typeof STYLES)[number];
  size?: number;
  margin?: number;
}

const HELP = `
Writes name.avatar-1.jpg (png, webp: as the original; png where that cannot be
written) for each face, best score first, and prints the paths.
  avatar    a square around the head, 256 pixels
  arcface   the face upright as networks for face recognition want it, 112 pixels
  passport  7 to 9, the head three quarters of the height, 1063 pixels high

Exit code: 0 done, 1 some image failed or was left, 2 wrong usage or no networks.

Examples:
  facial-lmk crop team/ --output avatars/ --size 128
  facial-lmk crop photo.jpg --output out/ --style passport --max-faces 1`;

/** `facial-lmk crop`: writes a picture of each face. */
export function cropCommand(): Command {
  const command = new Command('crop')
    .description('write a picture of each face: avatars, passport photographs, crops for recognition')
    .argument('<images...>', 'image files, folders, glob patterns, or - for standard input')
    .optionsGroup('Output:')
    .requiredOption('-o, --output <folder>', 'folder for the pictures')
    .addOption(new Option('--style <name>', 'kind of picture').choices(STYLES).default('avatar'))
    .option('--size <pixels>', 'height of the pictures', integerIn(16, 4096))
    .option('--margin <share>', 'room around the head or the template', numberIn(0, 2));
  return addDetectionOptions(addFinderOptions(command))
    .addHelpText('after', HELP)
    .action((images: string[], _: CropCommandOptions, command: Command) =>
      crop(images, command.optsWithGlobals<CropCommandOptions>()),
    );
}

function cut(image: PixelImage, face: Face, { style, size, margin }: CropCommandOptions): PixelImage {
  if (style !== 'arcface') return cropAvatars(image, [face], { style, size, margin })[0];
  const { crop, cropChannelOrder } = cropFace(image, face, { template: 'arcface', size, margin });
  return imageFromTensor(crop, cropChannelOrder);
}

async function crop(images: readonly string[], options: CropCommandOptions): Promise<void> {
  const totals = await pictureRun(images, options, async function* ({ bytes, pixels, faces }) {
    // One by one, so that an image with many faces does not fill the memory.
    for (const [i, face] of faces.entries()) {
      const { bytes: encoded, extension } = await encodeLike(bytes, cut(pixels, face, options));
      yield { ending: `${options.style}-${i + 1}.${extension}`, bytes: encoded };
    }
  });
  say(`facial-lmk: ${totals.faces} faces in ${totals.images} images.`);
}

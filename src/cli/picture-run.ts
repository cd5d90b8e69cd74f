import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { mapInOrder } from '../detector/map-in-order.js';
import { InvalidOptionError } from '../errors.js';
import { writeFileAtomic } from '../node/files/write-file.js';
import { readEncodedFile } from '../node/images/image-file.js';
import type { Face, PixelImage } from '../types.js';
import { type FinderOptions, loadFinder, readStandardInput } from './face-finder.js';
import { imageSources } from './image-sources.js';
import { OutputStems } from './output-stems.js';
import { withoutOwnPictures } from './own-pictures.js';
import { PassedOver } from './passed-over.js';
import { reportError } from './report-error.js';
import { say } from './say.js';
import { print } from './standard-output.js';
import { StopSignal } from './stop-signal.js';

export interface PictureRunOptions extends FinderOptions {
  /** Folder for the pictures. */
  output: string;
  verbose?: boolean;
}

/** One image in work. */
export interface FoundImage {
  /** The encoded image. */
  bytes: Uint8Array;
  pixels: PixelImage;
  faces: readonly Face[];
  /** Finds faces in what was made of the image, in the same way. */
  findIn(picture: PixelImage): Promise<readonly Face[]>;
}

/** A picture to write: the ending of its name after the image's name, and its bytes. */
export interface Picture {
  ending: string;
  bytes: Uint8Array;
}

const resolved = (path: string) => realpath(path).catch(() => resolve(path));

/** Writes pictures, but never over an input image. */
class PictureFolder {
  readonly #folder: string;
  readonly #originals: ReadonlySet<string>;

  constructor(folder: string, originals: ReadonlySet<string>) {
    this.#folder = folder;
    this.#originals = originals;
  }

  /** @returns the path of the picture */
  async write(stem: string, { ending, bytes }: Picture): Promise<string> {
    const path = resolve(this.#folder, `${stem}.${ending}`);
    if (this.#originals.has(await resolved(path))) {
      throw new InvalidOptionError({
        name: '--output',
        expected: 'a folder where no image of this run lies under the name of a picture',
        received: JSON.stringify(path),
      });
    }
    await writeFileAtomic(path, bytes);
    return path;
  }
}

/**
 * Finds the faces of images, makes pictures with `make`, writes them into a folder and prints their paths.
 * @param make makes the pictures of one image, one after the other
 * @returns the numbers of images and faces
 */
export async function pictureRun(
  images: readonly string[],
  options: PictureRunOptions,
  make: (image: FoundImage) => AsyncIterable<Picture>,
): Promise<{ images: number; faces: number }> {
  const passedOver = new PassedOver();
  const sources = withoutOwnPictures(await imageSources(images, passedOver), { pictures: options.output }, passedOver);
  const originals = await Promise.all(sources.map(({ name }) => resolved(name)));
  const folder = new PictureFolder(options.output, new Set(originals));
  const stems = new OutputStems();
  const named = sources.map((source) => ({ source, stem: stems.next(source.stem) }));
  const finder = await loadFinder(options);
  const stop = new StopSignal();
  const totals = { images: 0, faces: 0 };
  const work = async ({ source, stem }: (typeof named)[number]): Promise<string[]> => {
    try {
      if (source.error) throw source.error;
      const isStandardInput = source.name === '-';
      const reading = { name: isStandardInput ? 'standard input' : 'the image', maxPixels: options.maxPixels };
      const bytes = isStandardInput
        ? await readStandardInput(reading, stop.wish)
        : await readEncodedFile(source.name, reading);
      const { pixels, faces } = await finder.findIn(bytes);
      const paths: string[] = [];
      const findIn = async (picture: PixelImage) => (await finder.findIn(picture)).faces;
      for await (const picture of make({ bytes, pixels, faces, findIn })) paths.push(await folder.write(stem, picture));
      totals.images++;
      totals.faces += faces.length;
      return paths;
    } catch (error) {
      if (stop.wish.aborted && error === stop.wish.reason) {
        stop.skip();
        return [];
      }
      if (error instanceof InvalidOptionError) throw error;
      process.exitCode = 1;
      reportError(error, { file: source.name, verbose: options.verbose });
      return [];
    }
  };
  try {
    for await (const paths of mapInOrder(stop.until(named), finder.concurrency, work)) {
      if (paths.length > 0 && !(await print(paths.map((path) => `${path}\n`).join('')))) break;
    }
  } finally {
    stop.dispose();
    await finder.close();
  }
  stop.tellSkipped();
  if (passedOver.summary) say(`facial-lmk: passed over in folders: ${passedOver.summary}.`);
  return totals;
}

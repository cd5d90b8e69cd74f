import { join, parse, resolve } from 'node:path';
import type { ImageSource } from './image-source.js';
import { OutputStems } from './output-stems.js';
import type { PassedOver } from './passed-over.js';

/** Folders for the pictures of a run, by the endings of their names. */
const KINDS = {
  overlay: /\.overlay$/,
  sheets: /\.sheet$/,
  crops: /\.face-\d+$/,
  pictures: /\.(anonymized|(avatar|arcface|passport)-\d+)$/,
} as const;

/**
 * Leaves out the pictures that an earlier run has made from these images, when its output folder is searched too. Otherwise each run
 * would analyse the pictures of the run before.
 */
export function withoutOwnPictures(
  sources: readonly ImageSource[],
  folders: { [Kind in keyof typeof KINDS]?: string | undefined },
  passedOver: PassedOver,
): ImageSource[] {
  const stems = new OutputStems();
  const unique = sources.map(({ stem }) => stems.next(stem));
  const isOwn = Object.entries(KINDS).map(([kind, ending]) => {
    const folder = folders[kind as keyof typeof KINDS];
    const written = new Set(folder === undefined ? [] : unique.map((stem) => resolve(folder, stem)));
    return ({ name }: ImageSource) => {
      const { dir, name: stem } = parse(name);
      return ending.test(stem) && written.has(resolve(join(dir, stem.replace(ending, ''))));
    };
  });
  return sources.filter((source) => {
    const own = isOwn.some((is) => is(source));
    if (own) passedOver.add('pictures of an earlier run');
    return !own;
  });
}

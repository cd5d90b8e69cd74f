import { type ChecksOf, fields, optional } from '../../check-options.js';
import { describe } from '../../describe.js';
import { InvalidOptionError } from '../../errors.js';
import { checkArray, checkInteger, checkText } from '../../options.js';
import { checkRecipe, type Recipe } from './recipe.js';

/** Limits and default for the number of images of a shard. */
export const SHARD_IMAGES = { least: 100, most: 1000, byDefault: 250 } as const;
/** Largest number of shards of a run. With 1000 images each it has a thousand million images. */
export const MOST_SHARDS = 1_000_000;

/** Some images of a run that are worked on together. */
export interface Shard {
  /** Its place in the run and a digest of its keys, e.g. `000012-0f3a5c7e9b1d2f40`. */
  name: string;
  images: number;
  /** The key of its first image. */
  first: string;
}

/** A run: its images and its recipe. Written once, and again only when the recipe changes. */
export interface Run {
  name: string;
  /** Where the images come from, see `Source.address`. */
  source: string;
  /** When its manifest was written. */
  created: string;
  recipe: Recipe;
  /** An earlier run in the same place whose results are reused when image and recipe are the same. */
  reuse?: string | undefined;
  shards: Shard[];
}

const RUN_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const SHARD_NAME = /^\d{6}-[0-9a-f]{16}$/;
const PATTERN_ERROR = (name: string, expected: string, value: unknown) =>
  new InvalidOptionError({ name, expected, received: describe(value) });

/** Refuses names that cannot be part of a path. */
export function checkRunName(name: string, value: unknown): string {
  if (RUN_NAME.test(checkText(name, value))) return value as string;
  throw PATTERN_ERROR(name, 'up to 64 letters, digits and ._- that begin with a letter or digit', value);
}

function checkShardName(name: string, value: unknown): string {
  if (SHARD_NAME.test(checkText(name, value))) return value as string;
  throw PATTERN_ERROR(name, 'a name like 000012-0f3a5c7e9b1d2f40', value);
}

const SHARD = {
  name: checkShardName,
  images: (name, value) => checkInteger(name, value, 1, SHARD_IMAGES.most),
  first: checkText,
} satisfies ChecksOf<Shard>;

const RUN = {
  name: checkRunName,
  source: checkText,
  created: checkText,
  recipe: checkRecipe,
  reuse: optional(checkRunName),
  shards: (name, value) =>
    checkArray(name, value)
      .slice(0, MOST_SHARDS)
      .map((shard, i) => fields(SHARD)(`${name}[${i}]`, shard)),
} satisfies ChecksOf<Run>;

/** Refuses anything but a run. It may come from untrusted sources. @throws InvalidOptionError */
export function checkRun(value: unknown): Run {
  const run = fields(RUN)('the run', value);
  return { ...run, recipe: checkRecipe('the run.recipe', run.recipe) };
}

/** Number of images of a run. */
export const imagesOf = ({ shards }: Run): number => shards.reduce((sum, { images }) => sum + images, 0);

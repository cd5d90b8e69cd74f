import { mapInOrder } from '../detector/map-in-order.js';
import { recipeId } from './run/recipe.js';
import type { Run, Shard } from './run/run.js';
import type { RunFiles } from './run/run-files.js';
import { type Summary, summarize } from './run/summary.js';

/** Files that are read at once. */
const AT_ONCE = 32;

/** A finished shard. */
export interface DoneShard {
  index: number;
  shard: Shard;
  summary: Summary;
}

/** The summaries of a run's parts. Each is read only once. */
export class Summaries {
  readonly #files: RunFiles;
  readonly #known = new Map<string, Summary>();

  constructor(files: RunFiles) {
    this.#files = files;
  }

  /** The finished shards, in order. */
  async *of(run: Run): AsyncGenerator<DoneShard> {
    const missing = new Set(await this.#files.missing(run));
    const recipe = recipeId(run.recipe);
    const done = run.shards.flatMap((shard, index) => (missing.has(index) ? [] : [{ shard, index }]));
    yield* mapInOrder(done, AT_ONCE, async ({ shard, index }) => {
      const key = `${shard.name}.${recipe}`;
      const summary = this.#known.get(key) ?? (await this.#read(shard, recipe));
      this.#known.set(key, summary);
      return { index, shard, summary };
    });
  }

  /** Reads a summary, or makes it from the part when it is missing. */
  async #read(shard: Shard, recipe: string): Promise<Summary> {
    const found = await this.#files.summary(shard, recipe).catch(() => undefined);
    if (found) return found;
    const lines = (await this.#files.part(shard, recipe)) ?? [];
    return { ...summarize(lines), machine: 'unknown', finished: new Date(0).toISOString(), seconds: 0 };
  }
}

import { InvalidOptionError } from '../../errors.js';
import { checkList, checkText } from '../../options.js';
import type { Place } from '../places/place.js';
import { shortDigest } from '../short-digest.js';
import { readJson, readText } from './read-json.js';
import { recipeId } from './recipe.js';
import { checkRun, checkRunName, type Run, type Shard } from './run.js';
import { checkSummary, type Summary } from './summary.js';

/** Lines of a shard by the index of their image. */
export type Lines = Map<number, string>;

/**
 * The files of a run, below the place of its results:
 *
 *     <run>/run.json                       what is to be done, written last
 *     <run>/manifest/<shard>.json          the keys of a shard
 *     <run>/parts/<shard>.<recipe>.jsonl   its results, a line for each key, whole or not there
 *     <run>/summaries/<shard>.<recipe>.json   what is in the part: for status and failures
 *     <run>/fragments/<shard>.<recipe>/    lines of a shard that is not done yet
 *     <run>/dead/<shard>.<recipe>.<n>.json    why an image was given up
 *     <run>/crops/<shard>.<recipe>/<n>-<face>.png
 *     <run>/cancelled.json                 nothing more is to be done
 */
export class RunFiles {
  readonly place: Place;
  readonly name: string;

  /** @throws InvalidOptionError */
  constructor(place: Place, name: string) {
    this.place = place;
    this.name = checkRunName('the run', name);
  }

  /** The run; undefined when there is none of this name. */
  async read(): Promise<Run | undefined> {
    const value = await readJson(this.place, this.#path('run.json'));
    return value === undefined ? undefined : checkRun(value);
  }

  /** @throws InvalidOptionError where there is no such run */
  async open(): Promise<Run> {
    const run = await this.read();
    if (run) return run;
    throw new InvalidOptionError({
      name: 'the run',
      expected: `one that is in ${this.place.address}`,
      received: JSON.stringify(this.name),
      hint: 'Begin it with `facial-lmk fleet enqueue`.',
    });
  }

  async write(run: Run): Promise<void> {
    await this.place.write(this.#path('run.json'), `${JSON.stringify(run)}\n`);
  }

  /** The keys of a shard, in order. @throws InvalidOptionError where the manifest is not what the run says */
  async keys({ name, images }: Shard): Promise<string[]> {
    const keys = checkList(`the manifest of ${name}`, await readJson(this.place, this.#manifest(name)), checkText);
    if (keys.length === images) return keys;
    const received = `${keys.length}`;
    throw new InvalidOptionError({ name: `the manifest of ${name}`, expected: `${images} keys`, received });
  }

  async writeKeys(name: string, keys: readonly string[]): Promise<void> {
    await this.place.write(this.#manifest(name), `${JSON.stringify(keys)}\n`);
  }

  /** Indices of the shards without a part. */
  async missing(run: Run): Promise<number[]> {
    const id = recipeId(run.recipe);
    const there = new Set<string>();
    for await (const path of this.place.list(this.#path('parts'))) there.add(path);
    return run.shards.flatMap(({ name }, index) => (there.has(this.#part(name, id)) ? [] : [index]));
  }

  async hasPart(shard: Shard, recipe: string): Promise<boolean> {
    return (await this.place.size(this.#part(shard.name, recipe))) !== undefined;
  }

  /** The lines of a part; undefined when it is missing or incomplete, as after a power failure. */
  async part(shard: Shard, recipe: string): Promise<string[] | undefined> {
    const text = await readText(this.place, this.#part(shard.name, recipe));
    const lines = text?.split('\n');
    return lines?.pop() === '' && lines.length === shard.images ? lines : undefined;
  }

  /** Writes the summary before the part, so that every part has its summary. */
  async writePart({ name }: Shard, recipe: string, lines: readonly string[], summary: Summary): Promise<void> {
    await this.place.write(this.#summary(name, recipe), `${JSON.stringify(summary)}\n`);
    await this.place.write(this.#part(name, recipe), `${lines.join('\n')}\n`);
  }

  async removePart({ name }: Shard, recipe: string): Promise<void> {
    await this.place.remove(this.#part(name, recipe));
  }

  async summary({ name }: Shard, recipe: string): Promise<Summary | undefined> {
    const value = await readJson(this.place, this.#summary(name, recipe));
    return value === undefined ? undefined : checkSummary(value);
  }

  /** The lines of an unfinished shard, written by workers that began with it. */
  async fragments({ name, images }: Shard, recipe: string): Promise<{ lines: Lines; files: string[] }> {
    const lines: Lines = new Map();
    const files: string[] = [];
    for await (const path of this.place.list(this.#fragments(name, recipe))) {
      if (!path.endsWith('.jsonl')) continue;
      files.push(path);
      const rows = ((await readText(this.place, path)) ?? '').split('\n');
      for (const row of rows.slice(0, -1)) {
        const space = row.indexOf(' ');
        const index = Number(row.slice(0, space));
        if (space > 0 && Number.isInteger(index) && index >= 0 && index < images)
          lines.set(index, row.slice(space + 1));
      }
    }
    return { lines, files };
  }

  /** Writes finished lines, each with the index of its image. */
  async writeFragment({ name }: Shard, recipe: string, lines: Lines): Promise<string> {
    const indices = [...lines.keys()].sort((a, b) => a - b);
    // Named by a digest of its indices, so that no fragment overwrites another one.
    const digest = shortDigest(indices.join());
    const path = `${this.#fragments(name, recipe)}/${indices[0]}-${digest}.jsonl`;
    await this.place.write(path, indices.map((index) => `${index} ${lines.get(index)}\n`).join(''));
    return path;
  }

  async remove(paths: readonly string[]): Promise<void> {
    for (const path of paths) await this.place.remove(path);
  }

  async writeDead({ name }: Shard, recipe: string, index: number, why: object): Promise<void> {
    await this.place.write(this.#path(`dead/${name}.${recipe}.${index}.json`), `${JSON.stringify(why)}\n`);
  }

  async removeDead({ name }: Shard, recipe: string, index: number): Promise<void> {
    await this.place.remove(this.#path(`dead/${name}.${recipe}.${index}.json`));
  }

  async writeCrop({ name }: Shard, recipe: string, file: string, png: Uint8Array): Promise<string> {
    const path = `crops/${name}.${recipe}/${file}`;
    await this.place.write(this.#path(path), png);
    return path;
  }

  async isCancelled(): Promise<boolean> {
    return (await this.place.size(this.#path('cancelled.json'))) !== undefined;
  }

  async setCancelled(isCancelled: boolean): Promise<void> {
    const path = this.#path('cancelled.json');
    await (isCancelled ? this.place.write(path, `${JSON.stringify({ cancelled: true })}\n`) : this.place.remove(path));
  }

  #path = (file: string) => `${this.name}/${file}`;
  #manifest = (shard: string) => this.#path(`manifest/${shard}.json`);
  #part = (shard: string, recipe: string) => this.#path(`parts/${shard}.${recipe}.jsonl`);
  #summary = (shard: string, recipe: string) => this.#path(`summaries/${shard}.${recipe}.json`);
  #fragments = (shard: string, recipe: string) => this.#path(`fragments/${shard}.${recipe}`);
}

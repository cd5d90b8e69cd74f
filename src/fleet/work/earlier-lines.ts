import type { Place } from '../places/place.js';
import { recipeId } from '../run/recipe.js';
import { parseLine } from '../run/result-line.js';
import type { Run } from '../run/run.js';
import { RunFiles } from '../run/run-files.js';

/** Finds the line of an earlier run for an image with this digest. */
export type EarlierLines = (key: string, sha256: string) => string | undefined;

const NONE: EarlierLines = () => undefined;

/**
 * The lines of a reused run for the images of one shard. Both runs list their images in the same order, so that only the shards
 * with the same range of keys are read.
 */
export async function earlierLines(place: Place, { reuse, recipe, shards }: Run, index: number): Promise<EarlierLines> {
  if (reuse === undefined) return NONE;
  const files = new RunFiles(place, reuse);
  const run = await files.read();
  const id = recipeId(recipe);
  if (!run) return NONE;
  const first = shards[index].first;
  const next = shards[index + 1]?.first;
  const lines = new Map<string, { sha256: string; line: string }>();
  for (const [i, shard] of run.shards.entries()) {
    const ends = run.shards[i + 1]?.first;
    const isBefore = ends !== undefined && ends <= first;
    const isBehind = next !== undefined && shard.first >= next;
    if (isBefore || isBehind) continue;
    const keys = await files.keys(shard);
    for (const [j, line] of ((await files.part(shard, id)) ?? []).entries()) {
      const { sha256, error } = parseLine(line) ?? {};
      if (sha256 !== undefined && !error) lines.set(keys[j], { sha256, line });
    }
  }
  return (key, sha256) => {
    const found = lines.get(key);
    return found?.sha256 === sha256 ? found.line : undefined;
  };
}

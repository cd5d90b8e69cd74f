/** Makes `min-score` and `minscore` equal to `minScore`. */
const spelling = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, '');

/** Longest name that is compared: known names are shorter, and the work grows with the square of the length. */
const MAX_LENGTH = 64;

/** Edit distance of Levenshtein: characters to insert, delete or replace. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[b.length];
}

/**
 * The known name that was probably meant by an unknown one: the one with the smallest edit distance, if that is at most a third
 * of the letters. Case, hyphens and underscores do not count.
 */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  if (name.length > MAX_LENGTH) return undefined;
  const wanted = spelling(name);
  let [nearest, least]: [string | undefined, number] = [undefined, Number.POSITIVE_INFINITY];
  for (const candidate of known) {
    const letters = spelling(candidate);
    const distance = editDistance(wanted, letters);
    if (distance < least && distance <= letters.length / 3) [nearest, least] = [candidate, distance];
  }
  return nearest;
}

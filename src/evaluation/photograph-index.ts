/** File name without its folders. */
const baseOf = (path: string) => path.slice(path.lastIndexOf('/') + 1);
/** The folder a path lies in; `.` for the one that paths start from. */
const folderOf = (path: string) => (path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '.');
/** Without the last extension. */
const stemOf = (name: string) => name.replace(/\.[^./]*$/, '');

function grouped(paths: readonly string[], keyOf: (path: string) => string): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const path of paths) {
    const key = keyOf(path);
    groups.set(key, [...(groups.get(key) ?? []), path]);
  }
  return groups;
}

/** Which photograph a file with ground truth speaks of. All paths start from the same folder and are separated by `/`. */
export class PhotographIndex {
  readonly #byBase: Map<string, string[]>;
  readonly #byStem: Map<string, string[]>;

  constructor(photographs: readonly string[]) {
    this.#byBase = grouped(photographs, baseOf);
    this.#byStem = grouped(photographs, (path) => stemOf(baseOf(path)));
  }

  /**
   * The photograph that a file calls by its name: the one at that path from the file's folder, else the only one whose path
   * ends with the name, or with whose path the name ends. Undefined when there is none or more than one.
   */
  named(file: string, name: string): string | undefined {
    const path = name.replace(/^(\.\/)+/, '');
    const candidates = this.#byBase.get(baseOf(path)) ?? [];
    const folder = folderOf(file);
    const beside = folder === '.' ? path : `${folder}/${path}`;
    if (candidates.includes(beside)) return beside;
    const endsWith = (long: string, short: string) => long === short || long.endsWith(`/${short}`);
    const fitting = candidates.filter((candidate) => endsWith(candidate, path) || endsWith(path, candidate));
    return fitting.length === 1 ? fitting[0] : undefined;
  }

  /**
   * The photographs that a file is called like, as `face.pts`, `face.jpg.txt` and `face.json` are like `face.jpg`: those in its
   * own folder, else those in the folders beside that.
   */
  calledLike(file: string): string[] {
    const name = stemOf(baseOf(file));
    const candidates = [...(this.#byStem.get(name) ?? []), ...(this.#byBase.get(name) ?? [])];
    const folder = folderOf(file);
    const beside = candidates.filter((path) => folderOf(path) === folder);
    return beside.length > 0 ? beside : candidates.filter((path) => folderOf(folderOf(path)) === folderOf(folder));
  }
}

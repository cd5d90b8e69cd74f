import { stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { glob } from 'tinyglobby';
import { FileAccessError, GroundTruthError } from '../errors.js';
import type { TruthImage } from '../evaluation/ground-truth.js';
import { parseJdLandmark } from '../evaluation/parse-jd-landmark.js';
import { parsePts } from '../evaluation/parse-pts.js';
import { parseTruthJson } from '../evaluation/parse-truth-json.js';
import { parseWiderFace } from '../evaluation/parse-wider-face.js';
import { PhotographIndex } from '../evaluation/photograph-index.js';
import { readRegularFile } from '../node/files/read-regular-file.js';
import { imageSources } from './image-sources.js';

/** A file, and why it cannot be used. */
export interface FileFailure {
  file: string;
  error: unknown;
}

/** A photograph and the ground truth for its faces. */
export interface LabelledPhotograph {
  path: string;
  truth: TruthImage;
}

export interface LabelledPhotographs {
  labelled: LabelledPhotograph[];
  /** Photographs without ground truth. */
  unlabelled: string[];
  failures: FileFailure[];
}

type Parser = (text: string, name: string) => TruthImage[];

/** The parser for a file, by its name; undefined for a text that belongs to no photograph, such as a readme. */
function parserOf(file: string, photographs: PhotographIndex): Parser | undefined {
  const name = file.toLowerCase();
  if (name.endsWith('.pts')) return (text, name) => [parsePts(text, name)];
  if (name.endsWith('.json') || name.endsWith('.jsonl')) return parseTruthJson;
  if (name.endsWith('_bbx_gt.txt')) return parseWiderFace;
  return photographs.calledLike(file).length > 0 ? (text, name) => [parseJdLandmark(text, name)] : undefined;
}

async function checkFolder(path: string): Promise<void> {
  const info = await stat(path).catch(() => undefined);
  if (info?.isDirectory()) return;
  throw new FileAccessError({
    name: path,
    expected: 'a folder of photographs and their ground truth',
    received: info ? 'something else' : 'a path where nothing is',
  });
}

/** Largest file with ground truth, bytes. Those of the supported data sets have some megabytes. */
const MOST_TEXT_BYTES = 2 ** 28;

async function readText(path: string): Promise<string> {
  const checkLength = (received: number) => {
    if (received <= MOST_TEXT_BYTES) return;
    throw new GroundTruthError({
      name: path,
      expected: `at most ${MOST_TEXT_BYTES} bytes`,
      received: `${received} or more`,
    });
  };
  return new TextDecoder().decode(await readRegularFile(path, { checkLength }));
}

/**
 * All photographs of a folder and the folders below it, with the ground truth in the same folders, sorted by name. A file that
 * cannot be read is reported as a failure; the others are still used.
 *
 * @throws FileAccessError when there is no such folder, or no photograph in it
 */
export async function labelledPhotographs(folder: string): Promise<LabelledPhotographs> {
  await checkFolder(folder);
  const sources = await imageSources([folder]);
  const failures = sources.flatMap(({ name, error }): FileFailure[] => (error ? [{ file: name, error }] : []));
  if (failures.length === sources.length) throw failures[0].error;
  const fromFolder = (path: string) => relative(folder, path).split(sep).join('/');
  const photographs = sources.flatMap(({ name, error }) => (error ? [] : [fromFolder(name)]));
  const index = new PhotographIndex(photographs);
  const truths = new Map<string, { file: string; truth: TruthImage }[]>();

  const files = await glob('**/*.{pts,json,jsonl,txt}', { cwd: folder, caseSensitiveMatch: false });
  for (const file of files.sort()) {
    const parse = parserOf(file, index);
    if (!parse) continue;
    try {
      const images = parse(await readText(join(folder, file)), file);
      const found = images.map((truth) => ({
        truth,
        photographs: truth.image === undefined ? index.calledLike(file) : [index.named(file, truth.image) ?? []].flat(),
      }));
      for (const { truth, photographs } of found) {
        for (const photograph of photographs) {
          truths.set(photograph, [...(truths.get(photograph) ?? []), { file, truth }]);
        }
      }
      const missing = found.filter(({ photographs }) => photographs.length === 0).length;
      if (missing > 0) {
        const received = `no file for ${missing} of ${found.length}`;
        throw new GroundTruthError({ name: file, expected: 'photographs in the folder', received });
      }
    } catch (error) {
      failures.push({ file: join(folder, file), error });
    }
  }

  const labelled: LabelledPhotograph[] = [];
  for (const [photograph, found] of truths) {
    const path = join(folder, photograph);
    if (found.length === 1) {
      labelled.push({ path, truth: found[0].truth });
      continue;
    }
    const received = found.map(({ file }) => file).join(' and ');
    const error = new GroundTruthError({ name: 'the photograph', expected: 'one truth', received });
    failures.push({ file: path, error });
  }
  labelled.sort((a, b) => (a.path < b.path ? -1 : 1));
  const unlabelled = photographs.filter((path) => !truths.has(path)).map((path) => join(folder, path));
  return { labelled, unlabelled, failures };
}

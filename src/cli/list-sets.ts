import { stat } from 'node:fs/promises';
import { licenceExpression } from '../node/models/licences.js';
import { locateModel } from '../node/models/locate-model.js';
import { modelDigest } from '../node/models/model-digest.js';
import { packagedPath } from '../node/models/model-folders.js';
import { isFetched, type NetworkFile, type PinnedFile } from '../node/models/model-table.js';
import { licencesOf, type Measured, type NetworkSet } from '../node/models/network-sets.js';
import { describeFile, describeLocation } from './describe-file.js';
import { printableJson } from './printable.js';
import { print, shownName } from './standard-output.js';

/** Size and digest: the pinned ones, or those of a file that is part of this package. */
async function identityOf(file: NetworkFile): Promise<Pick<PinnedFile, 'bytes' | 'digest'>> {
  if (isFetched(file)) return file;
  const path = packagedPath(file);
  const sha256 = await modelDigest(path);
  return { bytes: (await stat(path)).size, digest: { sha256 } };
}

/** A network file of a set, and whether this machine has it. */
async function fileReport(file: NetworkFile, dir: string | undefined) {
  const { path } = await locateModel(file, dir);
  const { bytes, digest } = await identityOf(file);
  return {
    role: file.role,
    file: file.fileName,
    aliases: isFetched(file) ? file.aliases : [],
    licence: file.licence.name,
    origin: file.origin,
    bytes: bytes ?? null,
    digest,
    sources: isFetched(file) ? file.locations.map(describeLocation) : [],
    packaged: !isFetched(file),
    path: path ?? null,
  };
}

async function setReport(set: NetworkSet, dir: string | undefined) {
  const { name, purpose, detector, landmarker, merged, measured } = set;
  const licences = licencesOf(set);
  const files = [detector, landmarker, ...(merged ? [merged] : [])];
  return {
    set: name,
    purpose,
    licence: licenceExpression(licences),
    terms: licences.map(({ url }) => url),
    commercialUse: licences.every(({ commercialUse }) => commercialUse),
    measured: measured ?? null,
    files: await Promise.all(files.map((file) => fileReport(file, dir))),
  };
}

const measuredText = ({ data, images, found, nme, nmeWithoutContour }: Measured) =>
  `${data}: ${found} of ${images} faces found; NME ${nme}, without the contour ${nmeWithoutContour}`;

function describeSet(set: Awaited<ReturnType<typeof setReport>>): string {
  const { commercialUse, measured } = set;
  const files = set.files.flatMap(({ role, file, bytes, digest, origin, sources, packaged, path }) => {
    const fetch = `npx facial-lmk models fetch ${set.set}${role === 'merged' ? ' --merged' : ''}`;
    const where = path === null ? `not on this machine; ${fetch}` : shownName(path);
    return [
      `  ${role}: ${describeFile({ fileName: file, bytes: bytes ?? undefined, digest })}`,
      `    what: ${origin.title}${origin.url ? ` (${origin.url})` : ''}`,
      ...sources.map((source) => `    from: ${source}`),
      `    here: ${where}${packaged ? ' (part of this package)' : ''}`,
    ];
  });
  return [
    `${set.set}: ${set.purpose}`,
    `  licence: ${set.licence}; in products: ${commercialUse ? 'yes' : 'no'} (${set.terms.join(', ')})`,
    `  accuracy: ${measured ? measuredText(measured) : 'not measured by this project'}`,
    ...files,
    '',
  ].join('\n');
}

/** Prints sets on standard output: for people, or as JSON. */
export async function listSets(
  sets: readonly NetworkSet[],
  { dir, json }: { dir?: string | undefined; json?: boolean | undefined },
): Promise<void> {
  const reports = await Promise.all(sets.map((set) => setReport(set, dir)));
  await print(json ? `${printableJson(reports, 2)}\n` : reports.map(describeSet).join('\n'));
}

import { stat } from 'node:fs/promises';
import { licenceExpression } from '../node/models/licences.js';
import { locateModel } from '../node/models/locate-model.js';
import { isFetched, type NetworkFile } from '../node/models/model-table.js';
import { licencesOf, type Measured, type NetworkSet } from '../node/models/network-sets.js';
import { describeFile, describeLocation } from './describe-file.js';
import { printableJson } from './printable.js';
import { print, shownName } from './standard-output.js';

/** A network file of a set, with what this machine says of it. */
async function fileReport(file: NetworkFile, dir: string | undefined) {
  const { path } = await locateModel(file, dir);
  const size = path === undefined ? undefined : (await stat(path).catch(() => undefined))?.size;
  return {
    role: file.role,
    file: file.fileName,
    aliases: isFetched(file) ? file.aliases : [],
    licence: file.licence.name,
    origin: file.origin,
    bytes: (isFetched(file) ? file.bytes : size) ?? null,
    digest: isFetched(file) ? file.digest : null,
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
      `  ${role}: ${describeFile({ fileName: file, bytes: bytes ?? undefined, digest: digest ?? undefined })}`,
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

import type { Digest, FileLocation } from '../node/models/model-table.js';

/** A file in one line: name, size and digest, as far as they are known. */
export function describeFile({
  fileName,
  bytes,
  digest,
}: {
  fileName: string;
  bytes: number | undefined;
  digest: Digest | undefined;
}): string {
  const size = bytes === undefined ? [] : [`${(bytes / 1e6).toFixed(1)} MB`];
  const hash =
    digest === undefined ? [] : ['sha256' in digest ? `SHA-256 ${digest.sha256}` : `git blob ${digest.gitBlob}`];
  return [fileName, ...size, ...hash].join(', ');
}

/** Where a file can be had, as links. */
export function describeLocation(location: FileLocation): string {
  if ('url' in location) return location.url;
  return `${location.archive.locations.map(describeLocation).join(', ')} (holds ${location.member})`;
}

import type { FileLocation, PinnedFile } from '../node/models/model-table.js';

/** A file in one line: name, size where it is known, and digest. */
export function describeFile({ fileName, bytes, digest }: Omit<PinnedFile, 'locations'>): string {
  const size = bytes === undefined ? '' : `, ${(bytes / 1e6).toFixed(1)} MB`;
  return `${fileName}${size}, ${'sha256' in digest ? `SHA-256 ${digest.sha256}` : `git blob ${digest.gitBlob}`}`;
}

/** The location of a file as a link. */
export function describeLocation(location: FileLocation): string {
  if ('url' in location) return location.url;
  return `${location.archive.locations.map(describeLocation).join(', ')} (holds ${location.member})`;
}

import type { ErrorJson } from '../../detector/error-json.js';

/** The fields of a line that the fleet reads. */
export interface ResultLine {
  image: string;
  faces?: unknown[] | undefined;
  error?: ErrorJson | undefined;
  /** SHA-256 of the image's bytes. */
  sha256?: string | undefined;
}

/** Parses a line; undefined for any other text. */
export function parseLine(line: string): ResultLine | undefined {
  try {
    const value = JSON.parse(line);
    const { image, faces, error } = value ?? {};
    const isError = typeof error?.code === 'string' && typeof error.message === 'string';
    return typeof image === 'string' && (Array.isArray(faces) || isError) ? value : undefined;
  } catch {
    return undefined;
  }
}

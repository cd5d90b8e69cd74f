import type { ErrorJson } from '../../detector/error-json.js';

/** What a line says, as far as the fleet looks at it. */
export interface ResultLine {
  image: string;
  faces?: unknown[] | undefined;
  error?: ErrorJson | undefined;
  /** Of the image's bytes. */
  sha256?: string | undefined;
}

/** A line, or undefined for what is none. */
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

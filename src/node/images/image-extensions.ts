import { extname } from 'node:path';

/** Extensions of the files in a folder that count as images, also of formats that not every machine can read. */
export const EXTENSIONS: readonly string[] = [
  ...['jpg', 'jpeg', 'jpe', 'jfif', 'png', 'webp', 'gif', 'tif', 'tiff', 'bmp', 'avif', 'heic', 'heif', 'hif'],
];

/** The ending of a name, in small letters and without its dot. */
export const extensionOf = (name: string): string => extname(name).slice(1).toLowerCase();

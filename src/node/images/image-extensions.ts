import { extname } from 'node:path';

/** What counts as an image in a folder, also where it cannot be read everywhere. A file that is named may be called anything. */
export const EXTENSIONS: readonly string[] = [
  ...['jpg', 'jpeg', 'jpe', 'jfif', 'png', 'webp', 'gif', 'tif', 'tiff', 'bmp', 'avif', 'heic', 'heif', 'hif'],
];

/** The ending of a name, in small letters and without its dot. */
export const extensionOf = (name: string): string => extname(name).slice(1).toLowerCase();

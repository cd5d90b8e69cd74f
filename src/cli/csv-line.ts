import { shownName } from './standard-output.js';

/** RFC 4180: fields with a comma, a quote or a line break are quoted, quotes doubled. Other separators that some programs take too. */
const csvField = (value: string | number) =>
  typeof value === 'string' && /[",;\t\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : String(value);

/** One record with its line break. */
export const csvLine = (fields: readonly (string | number)[]) => `${fields.map(csvField).join(',')}\n`;

/** What a spreadsheet takes for the beginning of a formula, also in the wide forms of East Asian scripts. */
const FORMULA = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20][\s\S]/;

/** The name of an image as a spreadsheet may have it: `./=name` is the same file, and no formula. */
export const csvName = (image: string) => shownName(FORMULA.test(image) ? `./${image}` : image);

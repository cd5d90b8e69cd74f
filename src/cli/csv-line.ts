import { shownName } from './standard-output.js';

/** RFC 4180: fields with a comma, a quote or a line break are quoted, quotes doubled. Also for the separators that some programs use instead. */
const csvField = (value: string | number) =>
  typeof value === 'string' && /[",;\t\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : String(value);

/** One record with its line break. */
export const csvLine = (fields: readonly (string | number)[]) => `${fields.map(csvField).join(',')}\n`;

/** The beginnings that spreadsheets take for a formula, also in the full-width forms of East Asian scripts. */
const FORMULA = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20][\s\S]/;

/** An image's name that no spreadsheet takes for a formula: `./=name` names the same file as `=name`. */
export const csvName = (image: string) => shownName(FORMULA.test(image) ? `./${image}` : image);

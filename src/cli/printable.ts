/**
 * Characters that change how a terminal shows others: controls of both sets (`U+009B` begins an escape sequence as ESC does),
 * line and paragraph separators, marks that turn the direction of writing.
 */
const CONTROLS = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

const hex = (character: string, digits: number) => character.charCodeAt(0).toString(16).padStart(digits, '0');

/** Text as one line without control characters, so that the name of a file cannot control the terminal. */
export function printable(text: string): string {
  return text.replace(CONTROLS, (character) => {
    if (character === '\n') return '\\n';
    return character < '\u0100' ? `\\x${hex(character, 2)}` : `\\u${hex(character, 4)}`;
  });
}

/** A value as JSON without control characters; parsing gives the same value. */
export function printableJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(CONTROLS, (character) =>
    // Only line breaks between values are left; JSON has escaped those inside of values.
    character === '\n' ? character : `\\u${hex(character, 4)}`,
  );
}

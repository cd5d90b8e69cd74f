/**
 * Characters that change how a terminal shows others: controls of both sets (`U+009B` begins an escape sequence as ESC does),
 * line and paragraph separators, marks that turn the direction of writing.
 */
const CONTROLS = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

const hex = (character: string, digits: number) => character.charCodeAt(0).toString(16).padStart(digits, '0');

/** Text as one line that a terminal shows as it is: whoever names a file does not command the screen. */
export function printable(text: string): string {
  return text.replace(CONTROLS, (character) => {
    if (character === '\n') return '\\n';
    return character < '\u0100' ? `\\x${hex(character, 2)}` : `\\u${hex(character, 4)}`;
  });
}

/** A value as JSON that a terminal shows as it is, and that reads back the same. */
export function printableJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(CONTROLS, (character) =>
    // Between values there are line breaks alone; inside of them JSON has escaped those.
    character === '\n' ? character : `\\u${hex(character, 4)}`,
  );
}

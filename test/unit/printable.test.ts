import { describe, expect, it } from 'vitest';
import { printable, printableJson } from '../../src/cli/printable.js';

/** One of each kind that changes how a terminal shows others. */
const HOSTILE = ['\x1b[2J', '\n', '\r', '\0', '\x7f', '\x9b31m', '\u2028', '\u202e', '\u2066', '\u200f'].join('|');

describe('printable', () => {
  it('leaves nothing that a terminal obeys, and says what there was', () => {
    const shown = printable(HOSTILE);
    expect(shown).toBe(
      ['\\x1b[2J', '\\n', '\\x0d', '\\x00', '\\x7f', '\\x9b31m', '\\u2028', '\\u202e', '\\u2066', '\\u200f'].join('|'),
    );
  });

  it.each(['photo (1).jpg', 'Zoë & 王.png', 'نمونه.jpg', '👨‍👩‍👧.png', 'C:\\photos\\a.jpg'])(
    'leaves %j as it is',
    (name) => {
      expect(printable(name)).toBe(name);
    },
  );
});

describe('printableJson', () => {
  it('is JSON of the same value, with nothing that a terminal obeys', () => {
    const value = { image: HOSTILE, nested: [HOSTILE, 1] };
    const text = printableJson(value);
    expect(JSON.parse(text)).toEqual(value);
    expect(printable(text)).toBe(text);
    const indented = printableJson(value, 2);
    expect(JSON.parse(indented)).toEqual(value);
    expect(indented.split('\n')).toHaveLength(JSON.stringify(value, null, 2).split('\n').length);
    expect(printable(indented.replaceAll('\n', ''))).toBe(indented.replaceAll('\n', ''));
  });
});

// The folders of src/ import each other in one direction: none imports, over others, itself.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const src = fileURLToPath(new URL('../../src', import.meta.url));
const room = (file: string) => file.split('/')[0];

/** For each folder, and each file beside them, what it imports of the others. */
function importsOfRooms(): Map<string, Set<string>> {
  const rooms = new Map<string, Set<string>>();
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  for (const file of files) {
    const imported = rooms.get(room(file)) ?? new Set();
    rooms.set(room(file), imported);
    for (const [, path] of readFileSync(join(src, file), 'utf8').matchAll(/\b(?:from|import)[ (]*'(\.[^']+)'/g)) {
      const other = room(join(dirname(file), path).replace(/\.js$/, '.ts'));
      if (other !== room(file)) imported.add(other);
    }
  }
  return rooms;
}

it('no circle leads from a folder over others back to it', () => {
  const rooms = importsOfRooms();
  expect(rooms.get('stages')).toContain('scrfd');
  // What imports nothing that is left is in no circle.
  for (let before = -1; before !== rooms.size; ) {
    before = rooms.size;
    for (const [name, imported] of rooms) if (![...imported].some((other) => rooms.has(other))) rooms.delete(name);
  }
  expect(
    Object.fromEntries([...rooms].map(([name, imported]) => [name, [...imported].filter((other) => rooms.has(other))])),
  ).toEqual({});
});

// Counts the faces of all images in a folder, on every core, with flat memory however many there are.
//   node examples/count-folder.mjs photos
import { opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { createPool } from 'onnx-facial-lmk-detector/node';

const [folder] = process.argv.slice(2);

/** One by one, so that not even the names of a million files are held. */
async function* imagesIn(folder) {
  for await (const entry of await opendir(folder, { recursive: true })) {
    if (entry.isFile() && /\.(jpe?g|png|webp|gif|tiff?|avif|bmp)$/i.test(entry.name)) {
      yield join(entry.parentPath ?? entry.path, entry.name);
    }
  }
}

const pool = await createPool();
let images = 0;
let total = 0;
for await (const { input, result, error } of pool.stream(imagesIn(folder))) {
  if (error) {
    console.error(`${input}: ${error.message}`);
    continue;
  }
  images++;
  total += result.faces.length;
  console.log(`${result.faces.length}\t${input}`);
}
await pool.close();
console.log(`${total} faces in ${images} images`);

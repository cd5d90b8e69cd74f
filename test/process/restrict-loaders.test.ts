// In a file of its own: what is forbidden stays so for the whole process.
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { DECODER_FORMATS, restrictLoaders } from '../../src/node/images/image-codecs.js';
import { decodeImage } from '../../src/node/images/image-file.js';

const SVG = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>');
const PATH = fileURLToPath(new URL('../../docs/page-desktop.png', import.meta.url));

const size = (input: Buffer | string) =>
  sharp(input)
    .metadata()
    .then(
      ({ width }) => width,
      (error: Error) => error.message,
    );

it('leaves only the loaders of the formats that are read, in every thread', async () => {
  const encoded = await Promise.all(
    DECODER_FORMATS.sharp
      .filter((format) => format !== 'heif')
      .map((format) =>
        sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
          [format as 'png']()
          .toBuffer(),
      ),
  );
  expect(await Promise.all([size(SVG), size(PATH)])).toEqual([8, expect.any(Number)]);
  await restrictLoaders();
  const refused = 'Input buffer contains unsupported image format';
  expect(await size(SVG)).toBe(refused);
  expect(await size(PATH)).toMatch(/unsupported image format/);
  for (const bytes of encoded) expect(await decodeImage(bytes)).toMatchObject({ width: 8, decoder: 'sharp' });
  const thread = new Worker(
    `const sharp = require('sharp');
     const { parentPort, workerData } = require('node:worker_threads');
     sharp(workerData).metadata().then(() => 'read', (error) => error.message).then((end) => parentPort.postMessage(end));`,
    { eval: true, workerData: SVG },
  );
  expect(await new Promise((resolve) => thread.once('message', resolve))).toBe(refused);
});

// Writes test/fixtures/images: small JPEGs of a colour pattern, and the digests of their pixels as libjpeg-turbo decodes
// them (`djpeg`, whose defaults are those of OpenCV's imread). Needs sharp and djpeg; the results are committed.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { colourPattern } from '../test/support/pattern.js';

const folder = fileURLToPath(new URL('../test/fixtures/images/', import.meta.url));
const [width, height] = [93, 61];
const source = () => sharp(colourPattern(width, height), { raw: { width, height, channels: 3 } });

/** The samples of a binary PNM file as RGB. */
function pnmToRgb(pnm: Buffer): Buffer {
  const header = /^P([56])\s+\d+\s+\d+\s+\d+\s/.exec(pnm.subarray(0, 64).toString('latin1'));
  if (!header) throw new Error('djpeg wrote no PNM.');
  const samples = pnm.subarray(header[0].length);
  return header[1] === '6' ? samples : Buffer.from([...samples].flatMap((value) => [value, value, value]));
}

const files: Record<string, Buffer> = {
  'yuv444.jpg': await source().jpeg({ quality: 85, chromaSubsampling: '4:4:4' }).toBuffer(),
  'yuv420.jpg': await source().jpeg({ quality: 85, chromaSubsampling: '4:2:0' }).toBuffer(),
  'progressive.jpg': await source().jpeg({ quality: 85, progressive: true }).toBuffer(),
  'gray.jpg': await source().toColourspace('b-w').jpeg({ quality: 85 }).toBuffer(),
  'display-p3.jpg': await source().withIccProfile('p3').jpeg({ quality: 85 }).toBuffer(),
  'yuv422.jpg': execFileSync('cjpeg', ['-quality', '85', '-sample', '2x1'], {
    input: Buffer.concat([Buffer.from(`P6 ${width} ${height} 255\n`), colourPattern(width, height)]),
  }),
};

const digests: Record<string, string> = {};
for (const [name, bytes] of Object.entries(files)) {
  writeFileSync(`${folder}${name}`, bytes);
  const rgb = pnmToRgb(execFileSync('djpeg', ['-pnm'], { input: bytes }));
  digests[name] = createHash('sha256').update(rgb).digest('hex');
}
writeFileSync(`${folder}pixels-sha256.json`, `${JSON.stringify({ width, height, digests }, null, 2)}\n`);

// `npm run demo`: finds the face in a painting, leaves pictures and JSON. `npm run demo -- photo.jpg`: the same for
// photographs.
import { basename, extname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeFileAtomic } from '../src/node/files/write-file.js';
import {
  contactSheet,
  type Face,
  FacialLandmarkDetector,
  FacialLmkError,
  imageFromTensor,
  interOcularDistance,
  mouthOpenness,
  readImage,
  rollAngle,
  writeImage,
  writeOverlay,
} from '../src/node/index.js';
import { SAMPLE_PICTURE } from '../src/node/package-paths.js';

const OUTPUT = relative('', fileURLToPath(new URL('../demo-output/', import.meta.url)));
const photos = process.argv.slice(2);

function printTable(faces: readonly Face[]): void {
  const rows = faces.map(({ score, box, landmarks, landmarksFloat }, i) => ({
    face: i + 1,
    score: score.toFixed(2),
    box: `${box.x1}, ${box.y1} to ${box.x2}, ${box.y2}`,
    'chin at': `${landmarks[0].x}, ${landmarks[0].y}`,
    'roll (degrees)': rollAngle(landmarksFloat).toFixed(1),
    'eyes apart (px)': interOcularDistance(landmarksFloat).toFixed(1),
    'mouth open': mouthOpenness(landmarksFloat).toFixed(2),
  }));
  const columns = Object.keys(rows[0]) as (keyof (typeof rows)[0])[];
  const widths = columns.map((column) => Math.max(column.length, ...rows.map((row) => String(row[column]).length)));
  const line = (cells: unknown[]) => console.log(cells.map((cell, i) => String(cell).padStart(widths[i])).join('  '));
  line(columns);
  for (const row of rows) line(columns.map((column) => row[column]));
}

async function show(detector: FacialLandmarkDetector, path: string): Promise<void> {
  const image = await readImage(path);
  const result = await detector.detect(image, { name: path });
  const { faces, timings } = result;
  const stem = join(OUTPUT, basename(path, extname(path)));
  const { width, height } = image;
  const count = `${faces.length} ${faces.length === 1 ? 'face' : 'faces'}`;
  console.log(`\n${path}: ${width} x ${height}, ${count} in ${timings.analyze.toFixed(0)} ms\n`);
  await writeOverlay(`${stem}.overlay.png`, image, faces);
  await writeOverlay(`${stem}.overlay.svg`, image, faces, { indices: true });
  await writeFileAtomic(`${stem}.json`, `${JSON.stringify(result)}\n`);
  console.log('Drawn over   ', `${stem}.overlay.png`);
  console.log('With indices ', `${stem}.overlay.svg`);
  console.log('As JSON      ', `${stem}.json`);
  if (faces.length === 0) return;
  for (const [i, face] of faces.entries()) {
    await writeImage(`${stem}.face-${i + 1}.png`, imageFromTensor(face.crop, face.cropChannelOrder));
  }
  await writeImage(`${stem}.sheet.png`, contactSheet(faces));
  console.log('All upright  ', `${stem}.sheet.png`);
  console.log('One by one   ', `${stem}.face-1.png ...\n`);
  printTable(faces);
}

async function demo(): Promise<void> {
  const detector = await FacialLandmarkDetector.load();
  try {
    for (const photo of photos.length > 0 ? photos : [relative('', SAMPLE_PICTURE)]) await show(detector, photo);
    if (photos.length > 0) return;
    console.log(`
This face is painted: Leonardo da Vinci's Mona Lisa. Now name your photographs:

  npm run demo -- photo.jpg
  npx facial-lmk detect photo.jpg --overlay drawn/
  npx facial-lmk serve`);
  } finally {
    await detector.close();
  }
}

try {
  await demo();
} catch (error) {
  if (!(error instanceof FacialLmkError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

import { hasArea, type TruthFace, type TruthImage } from './ground-truth.js';
import { TruthLines } from './truth-lines.js';

/** Where in a line of numbers stands whether the face is marked as invalid. */
const INVALID = 7;

/**
 * The boxes of many photographs as the WIDER FACE data set writes them (Yang et al., "WIDER FACE: A Face Detection
 * Benchmark", 2016): for each photograph its path, the number of faces, and for each face a line `left top width height blur
 * expression illumination invalid occlusion pose`. A photograph without a face has one line of zeros instead.
 *
 * Faces that are marked as invalid, or have no area, are `ignored`.
 *
 * @param name of the file, for error messages
 * @throws GroundTruthError naming the line that does not fit
 */
export function parseWiderFace(text: string, name: string): TruthImage[] {
  const lines = new TruthLines(text, name);
  const images: TruthImage[] = [];
  for (let image = lines.next(); image !== undefined; image = lines.next()) {
    if (!/\.\w+$/.test(image)) lines.refuse('the path of a photograph', image);
    const count = Number(lines.match(/^\d+$/, 'the number of faces')[0]);
    const faces = Array.from({ length: count }, (_, i): TruthFace => {
      const numbers = lines.numbers(4, `left, top, width and height of face ${i + 1} of ${count}`);
      const [left, top, width, height] = numbers;
      const box = { x1: left, y1: top, x2: left + width, y2: top + height };
      return { box, ...((numbers[INVALID] === 1 || !hasArea(box)) && { ignored: true }) };
    });
    if (count === 0 && /^0(\s+0)*$/.test(lines.peek() ?? '')) lines.next();
    images.push({ image, faces });
  }
  return images;
}

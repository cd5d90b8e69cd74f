// Faces that were covered are faces no more to the detector that comes with the package, on a painting that every machine has.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anonymizeFaces } from '../../src/anonymize/anonymize-faces.js';
import { REGION_SHAPES } from '../../src/anonymize/face-region.js';
import { FacialLandmarkDetector } from '../../src/node/facial-landmark-detector.js';
import { readImage } from '../../src/node/images/image-file.js';
import { SAMPLE_PICTURE } from '../../src/node/package-paths.js';
import type { Face, PixelImage } from '../../src/types.js';

let detector: FacialLandmarkDetector;
let painting: PixelImage;
let faces: Face[];
beforeAll(async () => {
  detector = await FacialLandmarkDetector.load({ networks: 'mediapipe' });
  painting = await readImage(SAMPLE_PICTURE);
  faces = (await detector.detect(painting)).faces;
});
afterAll(() => detector.close());

const WAYS = (['blur', 'pixelate', 'fill'] as const).flatMap((method) =>
  REGION_SHAPES.map((shape) => ({ method, shape })),
);

describe('anonymizeFaces', () => {
  it.each(WAYS)('leaves nothing that is found: $method $shape', async (way) => {
    expect(faces).toHaveLength(1);
    const covered = anonymizeFaces(painting, faces, way);
    const looks = [{}, { detectorSide: 512 }, ...(way.shape === 'ellipse' ? [{ recall: 'thorough' } as const] : [])];
    for (const options of looks) {
      expect((await detector.detect(covered, options)).faces).toEqual([]);
    }
  });
});

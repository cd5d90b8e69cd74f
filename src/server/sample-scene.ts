import { Hono } from 'hono';
import { type ResultJson, resultToJson } from '../detector/result-to-json.js';
import { drawScene } from '../drawn-faces/draw-scene.js';
import { FacialLandmarkDetector } from '../node/facial-landmark-detector.js';
import { encodeImage } from '../node/images/image-codecs.js';
import { builtInModels } from '../node/models/model-files.js';

interface Sample {
  png: Uint8Array;
  report: ResultJson;
}

/** Drawn faces need the built-in networks, whatever networks the service itself runs. */
async function makeSample(): Promise<Sample> {
  const { image } = drawScene({ seed: 20, width: 960, height: 640, faces: 4 });
  const detector = await FacialLandmarkDetector.load({ ...builtInModels(), threads: 1 });
  try {
    const report = resultToJson(await detector.detect(image, { name: 'sample' }), { subpixel: true });
    return { png: await encodeImage(image, 'png'), report };
  } finally {
    await detector.close();
  }
}

/** A drawn scene with its faces, to try the page without a photograph. Made when it is first asked for. */
export function sampleScene(): Hono {
  let sample: Promise<Sample> | undefined;
  const get = () => {
    sample ??= makeSample();
    return sample;
  };
  return new Hono()
    .get('/sample.png', async (context) =>
      context.body(new Uint8Array((await get()).png), 200, { 'content-type': 'image/png' }),
    )
    .get('/sample.json', async (context) => context.json((await get()).report));
}

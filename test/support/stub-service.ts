// What stands in for a pool behind the HTTP service: decodes, finds nothing, and draws nothing.
import { drawOverlay } from '../../src/node/images/draw-overlay.js';
import { decodeImage } from '../../src/node/images/image-file.js';
import type { EncodedResult } from '../../src/node/pool/encode-result.js';
import type { FaceService, ServiceOptions } from '../../src/server/create-app.js';

const encoded = (bytes: Uint8Array): EncodedResult => ({ bytes: new Uint8Array(bytes), faces: 0 });

/** A service whose two kinds of work are one job. */
export function stubService(
  job: (image: Uint8Array, options: ServiceOptions) => Promise<Uint8Array>,
  { waiting = 0, workers = 1 } = {},
): FaceService {
  const work = async (image: Uint8Array, options: ServiceOptions) => encoded(await job(image, options));
  return { waiting, workers, detectJson: work, detectOverlay: (image, _, options) => work(image, options) };
}

/** A service that works, for images without faces. */
export const emptyService: FaceService = {
  waiting: 3,
  workers: 1,
  async detectJson(image, { maxPixels, signal, name }) {
    const { width, height, decoder } = await decodeImage(image, { maxPixels, signal });
    return encoded(new TextEncoder().encode(JSON.stringify({ image: name, width, height, decoder, faces: [] })));
  },
  async detectOverlay(image, format, { maxPixels, signal }) {
    return encoded(await drawOverlay(await decodeImage(image, { maxPixels, signal }), [], format));
  },
};

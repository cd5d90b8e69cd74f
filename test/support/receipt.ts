import type { Receipt } from '../../src/runtime/receipt.js';

/** The receipt of a result that nothing real has made. */
export const RECEIPT: Receipt = {
  set: 'custom',
  licence: 'unknown',
  digests: { detector: 'd'.repeat(64), landmarker: 'e'.repeat(64) },
  runtime: { name: 'none', version: '1.2.3', provider: 'cpu' },
  options: {
    minScore: 0.5,
    iouThreshold: 0.4,
    maxFaces: 1000,
    detectorSide: 640,
    landmarkChannelOrder: 'bgr',
    recall: 'reference',
  },
  version: '0.0.0',
};

import { pathToFileURL } from 'node:url';
import { PACKAGES, type Peer, requirePeer, type TensorFlow, toTensor, withFileFetch } from './peer.js';

/** The parts of vladmandic/human that are used here. */
interface Human {
  load(): Promise<void>;
  detect(input: unknown): Promise<{ face: unknown[] }>;
  tf: TensorFlow;
}

/** Detector and mesh of 468 points; nothing is remembered from image to image. */
const CONFIG = {
  backend: 'wasm',
  wasmPath: `${PACKAGES}@tensorflow/tfjs-backend-wasm/dist/`,
  modelBasePath: pathToFileURL(`${PACKAGES}@vladmandic/human/models/`).href,
  cacheSensitivity: 0,
  filter: { enabled: false },
  face: {
    enabled: true,
    detector: { rotation: true, maxDetected: 20, skipFrames: 0, skipTime: 0 },
    mesh: { enabled: true, skipTime: 0 },
    ...Object.fromEntries(['iris', 'emotion', 'description', 'attention'].map((part) => [part, { enabled: false }])),
  },
  ...Object.fromEntries(['body', 'hand', 'object', 'gesture'].map((part) => [part, { enabled: false }])),
};

/** vladmandic/human on TensorFlow.js's WebAssembly backend. */
export async function loadHuman(): Promise<Peer> {
  const { Human } = requirePeer(`${PACKAGES}@vladmandic/human/dist/human.node-wasm.js`);
  const human: Human = new Human(CONFIG);
  await withFileFetch(() => human.load());
  return {
    name: 'human 3.3.6',
    prepare(image) {
      const tensor = toTensor(human.tf, image);
      return async () => (await withFileFetch(() => human.detect(tensor))).face.length;
    },
  };
}

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { FacialLandmarkDetector, type PixelImage } from 'onnx-facial-lmk-detector/node';
import type { Bench, Section } from './bench.js';
import { type Contender, measure } from './harness.js';

const folder = fileURLToPath(new URL('peers/', import.meta.url));
const PACKAGES = `${folder}node_modules/`;

/** The parts of vladmandic/human that are used here. */
interface Human {
  load(): Promise<void>;
  detect(input: unknown): Promise<{ face: unknown[] }>;
  tf: { tensor4d(values: Float32Array, shape: number[]): unknown };
}

/** Detector and mesh of 468 points on TensorFlow.js's WebAssembly backend; nothing is remembered from image to image. */
const HUMAN_CONFIG = {
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

/** Runs something while `fetch` also reads files, which TensorFlow.js fetches its networks from. */
async function withFileFetch<T>(run: () => Promise<T>): Promise<T> {
  const { fetch } = globalThis;
  globalThis.fetch = async (input, init) => {
    const address = String(input instanceof Request ? input.url : input);
    if (address.startsWith('file:')) return new Response(readFileSync(fileURLToPath(address)));
    return address.startsWith('/') ? new Response(readFileSync(address)) : fetch(input, init);
  };
  try {
    return await run();
  } finally {
    globalThis.fetch = fetch;
  }
}

async function loadHuman(): Promise<Human> {
  if (!existsSync(PACKAGES)) {
    execFileSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder, stdio: 'inherit' });
  }
  // By its path: the package exports its file for TensorFlow.js's native backend alone.
  const { Human } = createRequire(`${folder}package.json`)(`${PACKAGES}@vladmandic/human/dist/human.node-wasm.js`);
  const human: Human = new Human(HUMAN_CONFIG);
  await withFileFetch(() => human.load());
  return human;
}

function toTensor({ tf }: Human, { data, width, height }: PixelImage): unknown {
  return tf.tensor4d(Float32Array.from(data), [1, height, width, 3]);
}

/** From raw pixels to faces, beside vladmandic/human in the same process and the same rounds. */
export const benchPeers: Bench = async ({ models, images, rounds }) => {
  const human = await loadHuman();
  const detectors = {
    'detect()': await FacialLandmarkDetector.load(models),
    'detect(), one thread': await FacialLandmarkDetector.load({ ...models, threads: 1 }),
  };
  const sections: Section[] = [];
  for (const { name, image } of images) {
    const tensor = toTensor(human, image);
    const faces: Record<string, number> = {};
    const contenders: Record<string, Contender> = {
      human: async () => {
        faces.human = (await withFileFetch(() => human.detect(tensor))).face.length;
      },
    };
    for (const [title, detector] of Object.entries(detectors)) {
      contenders[title] = async () => {
        faces[title] = (await detector.detect(image)).faces.length;
      };
    }
    const rows = await measure(contenders, { rounds, baseline: 'human' });
    const cpu = rows.map((row) => `${row.name}: ${faces[row.name]} faces, ${row.cpu.toFixed(1)} ms of CPU time`);
    const title = `Beside vladmandic/human 3.3.6 on WebAssembly, ${name} (${image.width} x ${image.height})`;
    sections.push({ title, baseline: 'human', rows, note: cpu.join('; ') });
  }
  await Promise.all(Object.values(detectors).map((detector) => detector.close()));
  return sections;
};

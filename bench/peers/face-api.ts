import { fetchFiles, PACKAGES, type Peer, requirePeer, type TensorFlow, toTensor, withFileFetch } from './peer.js';

/** A network of face-api, which reads its weights itself. */
interface Network {
  loadFromUri(folder: string): Promise<void>;
}

/** The parts of vladmandic/face-api that are used here. */
interface FaceApi {
  tf: TensorFlow & {
    setBackend(name: string): Promise<boolean>;
    ready(): Promise<void>;
  };
  env: { monkeyPatch(parts: { fetch: typeof fetch }): void };
  nets: { ssdMobilenetv1: Network; faceLandmark68Net: Network };
  SsdMobilenetv1Options: new (options: { minConfidence: number }) => unknown;
  detectAllFaces(input: unknown, options: unknown): { withFaceLandmarks(): Promise<unknown[]> };
}

/** vladmandic/face-api with its default detector and 68 points, on TensorFlow.js's WebAssembly backend. */
export async function loadFaceApi(): Promise<Peer> {
  requirePeer('@tensorflow/tfjs-backend-wasm').setWasmPaths(`${PACKAGES}@tensorflow/tfjs-backend-wasm/dist/`);
  const api: FaceApi = requirePeer(`${PACKAGES}@vladmandic/face-api/dist/face-api.node-wasm.js`);
  // It keeps the `fetch` of its own start, and TensorFlow.js takes what there is.
  api.env.monkeyPatch({ fetch: fetchFiles(fetch) });
  await api.tf.setBackend('wasm');
  await api.tf.ready();
  const { ssdMobilenetv1, faceLandmark68Net } = api.nets;
  for (const network of [ssdMobilenetv1, faceLandmark68Net]) {
    await withFileFetch(() => network.loadFromUri(`file://${PACKAGES}@vladmandic/face-api/model`));
  }
  const options = new api.SsdMobilenetv1Options({ minConfidence: 0.5 });
  return {
    name: 'face-api 1.7.15',
    prepare(image) {
      const tensor = toTensor(api.tf, image);
      return async () => (await api.detectAllFaces(tensor, options).withFaceLandmarks()).length;
    },
  };
}

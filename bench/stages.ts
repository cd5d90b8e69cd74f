import {
  alignFaces,
  detectFaces,
  landmarks,
  loadNetwork,
  type Network,
  overlayRaster,
  overlayShapes,
  Workspace,
} from 'onnx-facial-lmk-detector/node';
import type { Bench, Section } from './bench.js';
import { measure } from './harness.js';

/** A network that returns what the real one returned the last time: what is left is our own work. */
async function replay(network: Network, run: (recorder: Network) => Promise<unknown>): Promise<Network> {
  let recorded: Awaited<ReturnType<Network['infer']>> = [];
  await run({
    ...network,
    infer: async (input) => {
      recorded = await network.infer(input);
      return recorded;
    },
  });
  return { ...network, infer: async () => recorded };
}

/** What each stage adds to its network, on every image, and what drawing what they found takes. */
export const benchStages: Bench = async ({ models, images, rounds }) => {
  const detector = await loadNetwork(models.detector);
  const landmarker = await loadNetwork(models.landmarker);
  const workspace = new Workspace();
  const sections: Section[] = [];
  for (const { name, image } of images) {
    const faces = await detectFaces(detector, image, {}, workspace);
    const keypoints = faces.map((face) => face.keypoints);
    const aligned = alignFaces(image, keypoints);
    const ownDetect = await replay(detector, (recorder) => detectFaces(recorder, image, {}, workspace));
    const ownLandmarks = await replay(landmarker, (recorder) => landmarks(recorder, aligned, workspace));
    const points = await landmarks(landmarker, aligned, workspace);
    const drawn = faces.map((face, i) => ({ ...face, ...aligned[i], ...points[i] }));
    const { width, height } = image;
    const draw = (indices: boolean) => overlayRaster(image, overlayShapes(drawn, { width, height, indices }));
    const rows = await measure(
      {
        detectFaces: () => detectFaces(detector, image, {}, workspace),
        '  without its network': () => detectFaces(ownDetect, image, {}, workspace),
        alignFaces: () => alignFaces(image, keypoints),
        landmarks: () => landmarks(landmarker, aligned, workspace),
        '  without its network ': () => landmarks(ownLandmarks, aligned, workspace),
        'drawing the faces': () => draw(false),
        '  with indices': () => draw(true),
      },
      { rounds },
    );
    sections.push({ title: `Stages, ${name} (${image.width} x ${image.height}, ${faces.length} faces)`, rows });
  }
  await Promise.all([detector.close(), landmarker.close()]);
  return sections;
};

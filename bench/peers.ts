import { FacialLandmarkDetector } from 'onnx-facial-lmk-detector/node';
import type { Bench, Section } from './bench.js';
import { type Contender, measure } from './harness.js';
import { loadFaceApi } from './peers/face-api.js';
import { loadHuman } from './peers/human.js';
import { installPeers, type Peer } from './peers/peer.js';

/** From raw pixels to faces, beside other libraries in the same process and the same rounds. */
export const benchPeers: Bench = async ({ models, images, rounds }) => {
  installPeers();
  const detectors = {
    'detect()': await FacialLandmarkDetector.load(models),
    'detect(), one thread': await FacialLandmarkDetector.load({ ...models, threads: 1 }),
  };
  const own = Object.entries(detectors).map(
    ([name, detector]): Peer => ({
      name,
      prepare: (image) => async () => (await detector.detect(image)).faces.length,
    }),
  );
  const human = await loadHuman();
  const peers = [human, await loadFaceApi(), ...own];
  const sections: Section[] = [];
  for (const { name, image } of images) {
    const faces: Record<string, number> = {};
    const contenders = peers.map((peer): [string, Contender] => {
      const count = peer.prepare(image);
      return [
        peer.name,
        async () => {
          faces[peer.name] = await count();
        },
      ];
    });
    const rows = await measure(Object.fromEntries(contenders), { rounds, baseline: human.name });
    const cpu = rows.map((row) => `${row.name}: ${faces[row.name]} faces, ${row.cpu.toFixed(1)} ms of CPU time`);
    const title = `Beside human and face-api on WebAssembly, ${name} (${image.width} x ${image.height})`;
    sections.push({ title, baseline: human.name, rows, note: cpu.join('; ') });
  }
  await Promise.all(Object.values(detectors).map((detector) => detector.close()));
  return sections;
};

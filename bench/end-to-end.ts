import { plainKernels } from 'onnx-facial-lmk-detector/kernels';
import { analyzeFaces, FacialLandmarkDetector, Workspace } from 'onnx-facial-lmk-detector/node';
import { BARE_NETWORKS, bareNetworks } from './bare-networks.js';
import type { Bench, Section } from './bench.js';
import { type Contender, measure } from './harness.js';

/** From raw pixels to faces, beside the two networks on ready-made inputs and a merged graph where one is given. */
export const benchEndToEnd: Bench = async ({ models, images, merged, rounds }) => {
  const detector = await FacialLandmarkDetector.load(models);
  const plain = new Workspace(plainKernels);
  const sections: Section[] = [];
  for (const { name, image } of images) {
    const bare = await bareNetworks(models, detector, image);
    const contenders: Record<string, Contender> = {
      [BARE_NETWORKS]: bare.run,
      'detect()': () => detector.detect(image),
      'the same without WebAssembly': () => analyzeFaces(bare, image, {}, plain),
      ...(merged && { 'merged graph': () => merged.run(image) }),
    };
    const rows = await measure(contenders, { rounds, baseline: BARE_NETWORKS });
    await bare.close();
    const title = `End to end, ${name} (${image.width} x ${image.height}, ${bare.faces} faces)`;
    sections.push({ title, baseline: BARE_NETWORKS, rows, chart: true });
  }
  await detector.close();
  return sections;
};

import { FacialLandmarkDetector } from 'onnx-facial-lmk-detector/node';
import { type BareNetworks, bareNetworks } from './bare-networks.js';
import type { Bench, Section } from './bench.js';
import { type Contender, measure } from './harness.js';

/**
 * The bare networks of several sets in one thread, on the same inputs: those that the faces lead to that the first set finds. So also networks
 * with random weights show what their structure costs.
 */
export const benchSets: Bench = async ({ models, others, images, rounds }) => {
  const pipeline = await FacialLandmarkDetector.load(models);
  const baseline = models.identity.set;
  const sections: Section[] = [];
  for (const { name, image } of images) {
    const opened: BareNetworks[] = [];
    const contenders: Record<string, Contender> = {};
    for (const [set, paths] of [[baseline, models] as const, ...others]) {
      const bare = await bareNetworks(paths, pipeline, image, { threads: 1 });
      opened.push(bare);
      contenders[set] = bare.run;
    }
    const rows = await measure(contenders, { rounds, baseline });
    const title = `Bare networks of each set, one thread, ${name} (${image.width} x ${image.height}, ${opened[0].faces} faces)`;
    sections.push({ title, baseline, rows });
    await Promise.all(opened.map((bare) => bare.close()));
  }
  await pipeline.close();
  return sections;
};

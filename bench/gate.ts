import { readFile } from 'node:fs/promises';
import { defaultKernels, type Kernels, pixelView, plainKernels } from 'onnx-facial-lmk-detector/kernels';
import { FacialLandmarkDetector, LANDMARK106, SCRFD } from 'onnx-facial-lmk-detector/node';
import { BARE_NETWORKS, bareNetworks } from './bare-networks.js';
import type { Bench, BenchImage, Section } from './bench.js';
import { type Contender, type Measurement, measure } from './harness.js';

/** Ratios of a quiet machine, by contender: what counts as the speed that was reached. */
const STORED = new URL('./gate.json', import.meta.url);
/** How much worse the better half of the rounds may be before it counts as a loss. */
const MARGIN = 1.25;

const PLAIN = 'plain kernels';

/** Both kernels on all faces of an image, as often as one image needs them. */
function kernelsOn({ image }: BenchImage, transforms: readonly Float32Array[], kernels: Kernels): Contender {
  const view = pixelView(image);
  const input = new Float32Array(3 * SCRFD.side ** 2);
  const crop = new Uint8Array(3 * LANDMARK106.cropSide ** 2);
  const landmarks = new Float32Array(3 * LANDMARK106.inputSide ** 2);
  return () => {
    kernels.letterboxBilinear(view, SCRFD.side, SCRFD, input);
    for (const data of transforms) kernels.alignedCrops(view, { data, shape: [2, 3] }, 'bgr', crop, landmarks);
  };
}

/**
 * How a ratio compares with the stored one. The lower quartile is compared: whatever else the machine does makes rounds slower, never
 * faster.
 */
export function verdict({ name, ratio }: Measurement, stored: number | undefined): string {
  if (!ratio) return '';
  if (stored === undefined) return `${name}: no stored ratio`;
  const limit = stored * MARGIN;
  const word = ratio.low <= limit ? 'kept' : 'LOST';
  return `${name}: ${word}, ${ratio.low.toFixed(3)} where at most ${limit.toFixed(3)} is expected (${stored} stored)`;
}

/** The kernels beside their plain twins, and `detect()` beside the bare networks, against the ratios that were reached. */
export const benchGate: Bench = async ({ models, images, rounds }) => {
  const stored: Record<string, number> = JSON.parse(await readFile(STORED, 'utf8'));
  const detector = await FacialLandmarkDetector.load(models);
  const sections: Section[] = [];
  const add = async (title: string, baseline: string, name: string, contenders: Record<string, Contender>) => {
    const rows = await measure(contenders, { rounds, baseline });
    const note = verdict(rows[rows.length - 1], stored[name]);
    if (note.includes('LOST')) process.exitCode = 1;
    sections.push({ title, baseline, rows, note });
  };
  for (const one of images) {
    const { name, image } = one;
    const { faces } = await detector.detect(image);
    const transforms = faces.map(({ imageToCrop }) => imageToCrop.data);
    const kernels = `kernels, ${name}`;
    await add(`Gate: ${kernels} (${faces.length} faces)`, PLAIN, kernels, {
      [PLAIN]: kernelsOn(one, transforms, plainKernels),
      [kernels]: kernelsOn(one, transforms, defaultKernels()),
    });
    const bare = await bareNetworks(models, detector, image);
    const whole = `detect(), ${name}`;
    await add(`Gate: ${whole} (${faces.length} faces)`, BARE_NETWORKS, whole, {
      [BARE_NETWORKS]: bare.run,
      [whole]: () => detector.detect(image),
    });
    await bare.close();
  }
  await detector.close();
  return sections;
};

import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import {
  composeMergedModel,
  FacialLandmarkDetector,
  loadMergedModel,
  type PixelImage,
  packPixels,
} from 'onnx-facial-lmk-detector/node';
import { BARE_NETWORKS, bareNetworks } from './bare-networks.js';
import type { Bench, Section } from './bench.js';
import { type Contender, measure } from './harness.js';

const PEAK_MEMORY = fileURLToPath(new URL('./peak-memory.mjs', import.meta.url));

/** The image as the graph takes it: BGR, compact. */
function bgrImage(image: PixelImage): PixelImage {
  const { width, height } = image;
  return { data: packPixels(image, 'bgr'), width, height, channelOrder: 'bgr' };
}

/** Bytes that a process of its own takes at most while it runs the graph on this BGR image. */
async function peakMemory(model: string, image: PixelImage, folder: string): Promise<number> {
  const raw = join(folder, 'image.raw');
  await writeFile(raw, image.data);
  const args = [PEAK_MEMORY, model, raw, String(image.width), String(image.height)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return Number(stdout);
}

/** The composed graph beside the split pipeline and the bare networks, with the memory it takes. */
export const benchMerged: Bench = async ({ models, images, rounds }) => {
  const folder = await mkdtemp(join(tmpdir(), 'facial-lmk-bench-'));
  const path = join(folder, 'model.onnx');
  await writeFile(path, composeMergedModel(await readFile(models.detector), await readFile(models.landmarker)));
  const merged = await loadMergedModel(path);
  const detector = await FacialLandmarkDetector.load(models);
  const sections: Section[] = [];
  for (const { name, image: decoded } of images) {
    const image = bgrImage(decoded);
    const bare = await bareNetworks(models, detector, image);
    const contenders: Record<string, Contender> = {
      [BARE_NETWORKS]: bare.run,
      'composed graph': () => merged.run(image),
      'detect()': () => detector.detect(image),
    };
    const rows = await measure(contenders, { rounds, baseline: BARE_NETWORKS });
    await bare.close();
    const peak = await peakMemory(path, image, folder);
    sections.push({
      title: `Composed graph, ${name} (${image.width} x ${image.height}, ${bare.faces} faces)`,
      baseline: BARE_NETWORKS,
      rows,
      note: `A process that runs the composed graph alone takes ${(peak / 1e6).toFixed(0)} MB at most.`,
    });
  }
  await Promise.all([merged.close(), detector.close(), rm(folder, { recursive: true })]);
  return sections;
};

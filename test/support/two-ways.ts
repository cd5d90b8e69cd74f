import { readFileSync } from 'node:fs';
import { toRawOutputs } from '../../src/face/to-raw-outputs.js';
import { composeMergedModel, type MergeOptions } from '../../src/merged/compose-merged-model.js';
import { loadMergedModel } from '../../src/node/runtime/load-merged-model.js';
import { loadNetwork } from '../../src/node/runtime/load-network.js';
import type { MergedModel } from '../../src/runtime/merged-model.js';
import type { OnnxNetwork } from '../../src/runtime/onnx-network.js';
import { analyzeFaces } from '../../src/stages/pipeline.js';
import type { PixelImage, RawOutputs } from '../../src/types.js';

/** The split pipeline and the composed graph, both of the same two networks. */
export class TwoWays {
  readonly #networks: { detector: OnnxNetwork; landmarker: OnnxNetwork };
  readonly #merged: MergedModel;
  readonly #options: MergeOptions;

  private constructor(
    networks: { detector: OnnxNetwork; landmarker: OnnxNetwork },
    merged: MergedModel,
    options: MergeOptions,
  ) {
    this.#networks = networks;
    this.#merged = merged;
    this.#options = options;
  }

  static async load(detector: string, landmarker: string, options: MergeOptions = {}): Promise<TwoWays> {
    const graph = composeMergedModel(readFileSync(detector), readFileSync(landmarker), options);
    const networks = { detector: await loadNetwork(detector), landmarker: await loadNetwork(landmarker) };
    return new TwoWays(networks, await loadMergedModel(graph), options);
  }

  /** The number of faces, and the first element that differs, with its stage. */
  async compare(image: PixelImage): Promise<{ faces: number; mismatch: string | undefined }> {
    const split = toRawOutputs(await analyzeFaces(this.#networks, image, this.#options));
    return { faces: split.scores.shape[0], mismatch: firstMismatch(split, await this.#merged.run(image)) };
  }

  async close(): Promise<void> {
    await Promise.all([this.#merged.close(), ...Object.values(this.#networks).map((network) => network.close())]);
  }
}

/** The outputs in the order in which they are computed. */
const STAGES = {
  scores: 'detector',
  bboxes: 'boxes in the image',
  kpss: 'key points in the image',
  M: 'crop transforms',
  align_imgs: 'crops',
  lmks: 'landmarks',
} as const;

function firstMismatch(split: RawOutputs, merged: RawOutputs): string | undefined {
  for (const output of Object.keys(STAGES) as (keyof typeof STAGES)[]) {
    const [a, b] = [split[output], merged[output]];
    const where = `${STAGES[output]} (${output})`;
    if (a.shape.join() !== b.shape.join()) return `${where}: split [${a.shape}], composed [${b.shape}]`;
    const index = a.data.findIndex((value: number, i: number) => !(value === b.data[i]));
    if (index >= 0) return `${where} [${index}]: split ${a.data[index]}, composed ${b.data[index]}`;
  }
  return undefined;
}

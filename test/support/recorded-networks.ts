import { readFileSync } from 'node:fs';
import { loadNetwork } from '../../src/node/runtime/load-network.js';
import { analyzeFaces } from '../../src/stages/pipeline.js';
import type { Face, Network, NetworkInfo, PixelImage, Tensor } from '../../src/types.js';
import { DRAWN_FACES } from './drawn-faces.js';

/** What a network said once, as JSON can carry it to another process or into a page. */
export interface Recording extends NetworkInfo {
  results: { data: number[]; shape: readonly number[] }[];
}

/** Bytes of the detector and landmarker for drawn faces, as JSON can carry them. */
export function modelBytes(): number[][] {
  const { detector, landmarker } = DRAWN_FACES;
  return [detector, landmarker].map((path) => [...readFileSync(path)]);
}

/** The faces of an image, and what both networks for drawn faces said of it. */
export async function recordNetworks(image: PixelImage): Promise<{ faces: Face[]; recordings: Recording[] }> {
  const recordings: Recording[] = [];
  const models = DRAWN_FACES;
  const networks = await Promise.all([models.detector, models.landmarker].map((path) => loadNetwork(path)));
  const record = ({ name, inputs, outputs, infer }: Network): Network => {
    const recording: Recording = { name, inputs, outputs, results: [] };
    recordings.push(recording);
    return {
      ...{ name, inputs, outputs },
      infer: async (input: Tensor) => {
        const tensors = await infer(input);
        recording.results = tensors.map(({ data, shape }) => ({ data: [...data], shape }));
        return tensors;
      },
    };
  };
  const [detector, landmarker] = networks.map(record);
  const faces = await analyzeFaces({ detector, landmarker }, image);
  await Promise.all(networks.map((network) => network.close()));
  return { faces, recordings };
}

// The two builds of ONNX Runtime on the same networks.
import { describe, expect, it } from 'vitest';
import { drawScene } from '../../src/drawn-faces/draw-scene.js';
import { InvalidOptionError } from '../../src/errors.js';
import { difference } from '../../src/merged/parity.js';
import { loadNetwork } from '../../src/node/runtime/load-network.js';
import type { RuntimeChoice } from '../../src/node/runtime/load-runtime.js';
import { analyzeFaces } from '../../src/stages/pipeline.js';
import { DRAWN_FACES } from '../support/drawn-faces.js';

const { image } = drawScene({ seed: 11, width: 900, height: 700, faces: 5 });

async function facesBy(runtime: RuntimeChoice) {
  const { detector, landmarker } = DRAWN_FACES;
  const networks = {
    detector: await loadNetwork(detector, { runtime }),
    landmarker: await loadNetwork(landmarker, { runtime }),
  };
  const faces = await analyzeFaces(networks, image);
  const { name } = networks.detector.runtime;
  await Promise.all([networks.detector.close(), networks.landmarker.close()]);
  return { faces, name };
}

describe('loadNetwork with a runtime by name', () => {
  it('finds the same boxes in WebAssembly as natively, and landmarks within half a pixel', async () => {
    const [native, wasm] = [await facesBy('native'), await facesBy('wasm')];
    expect([native.name, wasm.name]).toEqual(['onnxruntime-node', 'onnxruntime-web']);
    expect(native.faces).toHaveLength(5);
    expect(wasm.faces.map(({ box }) => box)).toEqual(native.faces.map(({ box }) => box));
    const points = ({ faces }: typeof native) =>
      faces.flatMap((face) => face.landmarksFloat.flatMap(({ x, y }) => [x, y]));
    const { worst, unequal, length } = difference(points(wasm), points(native));
    console.log(`landmarks in WebAssembly: worst ${worst} px, ${unequal} of ${length} coordinates differ`);
    expect(worst).toBeLessThan(0.5);
  });

  it('opens a network from its path, which its WebAssembly build cannot read by itself', async () => {
    const { landmarker } = DRAWN_FACES;
    const network = await loadNetwork(landmarker, { runtime: 'wasm' });
    expect(network.inputs[0].name).toBe('data');
    await network.close();
  });

  it('refuses a runtime that it does not know', async () => {
    const runtime = 'gpu' as RuntimeChoice;
    await expect(loadNetwork(DRAWN_FACES.detector, { runtime })).rejects.toThrow(InvalidOptionError);
  });
});

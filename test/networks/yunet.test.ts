// YuNet behind SCRFD's contract, on a network with YuNet's inputs and outputs and random weights.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawScene } from '../../src/drawn-faces/draw-scene.js';
import { Random } from '../../src/drawn-faces/random.js';
import { ModelContractError } from '../../src/errors.js';
import { loadNetwork } from '../../src/node/runtime/load-network.js';
import { openSession } from '../../src/node/runtime/onnx-session.js';
import { readModel, writeModel } from '../../src/onnx/model.js';
import type { OnnxNetwork } from '../../src/runtime/onnx-network.js';
import { anchorLevels } from '../../src/scrfd/anchors.js';
import { checkDetector, sortOutputs } from '../../src/scrfd/contract.js';
import { decodeAnchors } from '../../src/scrfd/decode.js';
import { SCRFD } from '../../src/scrfd/spec.js';
import { tensor } from '../../src/tensor.js';
import { DRAWN_FACES } from '../support/drawn-faces.js';
import { TwoWays } from '../support/two-ways.js';
import { yunetStandIn } from '../support/yunet-stand-in.js';

const SIDE = 640;
const MIN_SCORE = 0.6;
const bytes = yunetStandIn(1);
const folder = mkdtempSync(join(tmpdir(), 'facial-lmk-yunet-'));
const path = join(folder, 'face_detection_yunet_2023mar.onnx');

let adapted: OnnxNetwork;
beforeAll(async () => {
  writeFileSync(path, bytes);
  adapted = await loadNetwork(path);
});
afterAll(async () => {
  await adapted.close();
  rmSync(folder, { recursive: true });
});

/** Samples of 0 to 255 by plane, blue first. */
function samples(seed: number): Uint8Array {
  const random = new Random(seed);
  return Uint8Array.from({ length: 3 * SIDE * SIDE }, () => random.integer(0, 255));
}

/** A face as the network's formulas give it: score, corners, five points. */
interface Decoded {
  score: number;
  box: number[];
  keypoints: number[];
}

/** The network alone on its own input, decoded as its formulas are written down. */
async function decodeDirectly(bgr: Uint8Array): Promise<Decoded[]> {
  const session = await openSession(bytes);
  const input = { type: 'float32', data: Float32Array.from(bgr), dims: [1, 3, SIDE, SIDE] };
  const outputs = await session.infer({ input });
  const by = (name: string) =>
    outputs[session.outputs.findIndex((output) => output.name === name)].data as Float32Array;
  await session.close();
  const clamp = (value: number) => Math.min(Math.max(value, 0), 1);
  return [8, 16, 32].flatMap((s) => {
    const [cls, obj, bbox, kps] = ['cls', 'obj', 'bbox', 'kps'].map((kind) => by(`${kind}_${s}`));
    const columns = SIDE / s;
    return Array.from({ length: columns * columns }, (_, i): Decoded => {
      const [row, col] = [Math.floor(i / columns), i % columns];
      const [b0, b1, b2, b3] = bbox.subarray(4 * i, 4 * i + 4);
      const [cx, cy] = [(col + b0) * s, (row + b1) * s];
      const [w, h] = [Math.exp(b2) * s, Math.exp(b3) * s];
      return {
        score: Math.sqrt(clamp(cls[i]) * clamp(obj[i])),
        box: [cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2],
        keypoints: Array.from({ length: 10 }, (_, k) => ((k % 2 === 0 ? col : row) + kps[10 * i + k]) * s),
      };
    });
  });
}

/** The same samples as SCRFD takes them: red first, normalised. */
function normalised(bgr: Uint8Array): Float32Array {
  const plane = SIDE * SIDE;
  return Float32Array.from(bgr, (_, i) => {
    const channel = Math.floor(i / plane);
    return (bgr[(2 - channel) * plane + (i % plane)] - SCRFD.mean) / SCRFD.std;
  });
}

describe('YuNet behind the contract of SCRFD', () => {
  it('is opened as a detector, from a path and from bytes', async () => {
    expect(() => checkDetector(adapted)).not.toThrow();
    expect(adapted.name).toBe(path);
    expect(adapted.inputs).toEqual([{ name: 'input.1', type: 'float32', shape: [1, 3, SIDE, SIDE] }]);
    const fromBytes = await loadNetwork(bytes);
    expect(() => checkDetector(fromBytes)).not.toThrow();
    await fromBytes.close();
  });

  it.each([1, 2, 3])('gives what its formulas give, in the order of its cells (input %i)', async (seed) => {
    const bgr = samples(seed);
    const all = await decodeDirectly(bgr);
    const expected = all.filter(({ score }) => score > MIN_SCORE);
    const outputs = await adapted.infer(tensor(normalised(bgr), [1, 3, SIDE, SIDE]));
    const { rows, scores, boxes, keypoints } = decodeAnchors(
      sortOutputs(adapted, outputs, anchorLevels(SIDE)),
      anchorLevels(SIDE),
      MIN_SCORE,
    );
    expect(expected.length).toBeGreaterThan(100);
    expect(expected.length).toBeLessThan(all.length - 100);
    expect([...rows]).toEqual(all.flatMap(({ score }, cell) => (score > MIN_SCORE ? [2 * cell] : [])));
    const received = expected.map((_, i) => [
      scores[i],
      ...boxes.subarray(4 * i, 4 * i + 4),
      ...keypoints.subarray(10 * i, 10 * i + 10),
    ]);
    const worst = Math.max(
      ...expected.flatMap(({ score, box, keypoints: points }, i) =>
        [score, ...box, ...points].map((value, k) => Math.abs(value - received[i][k])),
      ),
    );
    // Float32 coordinates of up to a thousand pixels, after a handful of roundings of 2^-24 of that each.

    expect(worst).toBeLessThan(5e-4);
  });

  it('stays the same bits inside the merged graph', async () => {
    const ways = await TwoWays.load(path, DRAWN_FACES.landmarker, { minScore: MIN_SCORE, maxFaces: 10 });
    const { image } = drawScene({ seed: 5, width: 900, height: 700, faces: 7 });
    expect(await ways.compare(image)).toEqual({ faces: 10, mismatch: undefined });
    await ways.close();
  });

  it('is nothing for the detector when an output is missing', async () => {
    const model = readModel(bytes);
    model.graph!.outputs.pop();
    const network = await loadNetwork(writeModel(model));
    expect(() => checkDetector(network)).toThrow(ModelContractError);
    await network.close();
  });
});

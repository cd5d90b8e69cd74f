import { afterEach, describe, expect, it } from 'vitest';
import { type OpenPair, openOnDevice } from '../../src/detector/open-on-device.js';
import { deviceFault, verifyDevice } from '../../src/detector/verify-device.js';
import { DeviceError } from '../../src/errors.js';
import type { OnnxNetwork } from '../../src/runtime/onnx-network.js';
import type { Network, Tensor } from '../../src/types.js';
import { type StubOptions, stubDetector, stubLandmarker } from '../support/stub-networks.js';

let opened = 0;
let closed = 0;

function held(network: Network): OnnxNetwork {
  opened++;
  const close = async () => {
    closed++;
  };
  const runtime = { name: 'stub', version: '0', provider: 'stub' };
  return { ...network, runtime, close, [Symbol.asyncDispose]: close };
}

const pair = (change?: StubOptions['change'], landmark = 0): OpenPair => ({
  detector: held(stubDetector({ change })),
  landmarker: held(stubLandmarker(landmark)),
});

/** Row of the stub's face in the outputs of the middle level. */
const ROW = (10 * 40 + 20) * 2;

const changed = (at: (outputs: Tensor[]) => void) => (outputs: Tensor[]) => {
  at(outputs);
  return outputs;
};

/** What makes a device wrong, and the word that names it. */
const WRONG: Record<string, [() => OpenPair, RegExp]> = {
  'a score that is 0.03 lower': [() => pair(changed((outputs) => (outputs[1].data[ROW] -= 0.03))), /scores by 0\.03/],
  'a face where none is': [() => pair(changed((outputs) => (outputs[0].data[7] = 0.6))), /scores by 0\.6/],
  'no face at all': [() => pair(changed((outputs) => outputs[1].data.fill(0))), /scores by 0\.9/],
  'a box that is 2 pixels narrower': [
    () => pair(changed((outputs) => (outputs[4].data[4 * ROW] -= 2 / 16))),
    /boxes by 2 pixels/,
  ],
  'a key point that lies 1.5 pixels off': [
    () => pair(changed((outputs) => (outputs[7].data[10 * ROW + 3] += 1.5 / 16))),
    /key points by 1\.5 pixels/,
  ],
  'landmarks that lie more than half a pixel off': [() => pair(undefined, 0.01), /landmarks by/],
  'a score that is no number': [() => pair(changed((outputs) => (outputs[0].data[0] = Number.NaN))), /NaN/],
  'landmarks that are no numbers': [() => pair(undefined, Number.NaN), /NaN/],
};

/** Opens a stub on each device; `bad` stands for the one in question. */
const open =
  (bad: () => OpenPair) =>
  async (device: string): Promise<OpenPair> =>
    device === 'bad' ? bad() : pair();

afterEach(() => {
  opened = 0;
  closed = 0;
});

describe('openOnDevice', () => {
  it('takes a device whose results lie within the tolerance, and says how far they were off', async () => {
    const nearly = () => pair(changed((outputs) => (outputs[7].data[10 * ROW] += 0.5 / 16)));
    const found = await openOnDevice({ devices: ['bad', 'cpu'], reference: 'cpu', open: open(nearly) });
    expect(found).toMatchObject({ device: 'bad', passedOver: [] });
    expect(found.differences).toEqual({ score: 0, box: 0, keypoints: 0.5, landmarks: 0 });
    expect([opened, closed]).toEqual([4, 2]);
  });

  it.each(Object.entries(WRONG))('passes over %s in a list, and says why', async (_, [bad, reason]) => {
    const found = await openOnDevice({ devices: ['bad', 'cpu'], reference: 'cpu', open: open(bad) });
    expect(found).toMatchObject({ device: 'cpu', passedOver: [{ device: 'bad' }] });
    expect(found.passedOver[0].reason).toMatch(reason);
    expect([opened, closed]).toEqual([4, 2]);
  });

  it.each(Object.entries(WRONG))('refuses %s where nothing else was asked for', async (_, [bad, reason]) => {
    const refused = openOnDevice({ devices: ['bad'], reference: 'cpu', open: open(bad) });
    const error = await refused.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DeviceError);
    expect(String(error)).toMatch(reason);
    expect(closed).toBe(4);
  });

  it('passes over devices that cannot be opened, one after the other', async () => {
    const openSome = async (device: string) => {
      if (device === 'cpu' || device === 'good') return pair();
      throw new DeviceError({ name: 'device', expected: 'one', received: `no ${device}`, hint: 'Install it.' });
    };
    const devices = ['first', 'second', 'good', 'cpu'];
    const { device, passedOver } = await openOnDevice({ devices, reference: 'cpu', open: openSome });
    expect(device).toBe('good');
    expect(passedOver).toEqual([
      { device: 'first', reason: 'no first. Install it.' },
      { device: 'second', reason: 'no second. Install it.' },
    ]);
    await expect(openOnDevice({ devices: ['first', 'second'], reference: 'cpu', open: openSome })).rejects.toThrow(
      '"first" (no first. Install it.), "second" (no second. Install it.)',
    );
  });

  it('runs images that wait together on a device, and alone on the reference', async () => {
    const runs: number[] = [];
    /** Of each image the same: the stub's outputs, once for each. */
    const repeat = ({ data, shape: [, ...rest] }: Tensor, times: number) => {
      const all = new Float32Array(times * data.length);
      for (let i = 0; i < times; i++) all.set(data, i * data.length);
      return { data: all, shape: [times, ...rest] };
    };
    const openFree = async (): Promise<OpenPair> => {
      const one = stubDetector({ rank: 3 });
      const free = (infos: Network['inputs']) =>
        infos.map((info) => ({ ...info, shape: ['n', ...info.shape.slice(1)] }));
      const infer = async (input: Tensor) => {
        runs.push(input.shape[0]);
        return (await one.infer(input)).map((output) => repeat(output, input.shape[0]));
      };
      const detector = held({ ...one, inputs: free(one.inputs), outputs: free(one.outputs), infer });
      return { detector, landmarker: held(stubLandmarker()) };
    };
    const input = { data: new Float32Array(3 * 640 * 640), shape: [1, 3, 640, 640] };
    for (const [device, expected] of Object.entries({ card: [1, 2], cpu: [1, 1, 1] })) {
      const { detector } = await openOnDevice({ devices: [device], reference: 'cpu', open: openFree });
      runs.length = 0;
      const outputs = await Promise.all([1, 2, 3].map(() => detector.infer(input)));
      expect(outputs[1].map(({ shape }) => shape)).toEqual(outputs[0].map(({ shape }) => shape));
      expect(runs).toEqual(expected);
    }
  });

  it('does not blame a device for a file that is no network', async () => {
    const fail = async () => {
      throw new Error('no network');
    };
    await expect(openOnDevice({ devices: ['good'], reference: 'cpu', open: fail })).rejects.toThrow(/^no network$/);
  });

  it('does not blame a device for an abort', async () => {
    const controller = new AbortController();
    const openSome = async (device: string) => {
      if (device === 'bad') controller.abort();
      controller.signal.throwIfAborted();
      return pair();
    };
    const devices = ['bad', 'cpu'];
    const { signal } = controller;
    await expect(openOnDevice({ devices, reference: 'cpu', open: openSome, signal })).rejects.toThrow(/abort/i);
    expect(closed).toBe(opened);
  });
});

describe('verifyDevice', () => {
  it('finds no difference between a pair of networks and itself', async () => {
    const differences = await verifyDevice(pair(), pair());
    expect(differences).toEqual({ score: 0, box: 0, keypoints: 0, landmarks: 0 });
    expect(deviceFault(differences)).toBeUndefined();
  });
});

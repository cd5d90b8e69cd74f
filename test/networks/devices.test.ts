// Devices that the native runtime has or lacks, and the test that each must pass before it is believed.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { deviceFault, verifyDevice } from '../../src/detector/verify-device.js';
import { drawScene } from '../../src/drawn-faces/draw-scene.js';
import { DeviceError, InvalidOptionError } from '../../src/errors.js';
import { FacialLandmarkDetector, openNetworks } from '../../src/node/facial-landmark-detector.js';
import { resolveNetworks } from '../../src/node/models/find-models.js';
import { createPool } from '../../src/node/pool/create-pool.js';
import type { FaceJson } from '../../src/types.js';

const { image } = drawScene({ seed: 7, width: 480, height: 360, faces: 2 });
/** A device that no build for this machine has. */
const ABSENT = process.platform === 'win32' ? 'coreml' : 'dml';
/** SwiftShader, a software adapter for WebGPU, which comes with Debian's chromium. */
const ADAPTER = '/usr/lib/chromium/vk_swiftshader_icd.json';

/** Finds the faces of the scene in a process of its own, with the software adapter, which is slow: on a small input. */
function findWithAdapter(device: string, set: string): FaceJson[] {
  const entry = new URL('../../dist/node/index.js', import.meta.url).href;
  const program = `
    import { analyzeFaces, drawScene, findModels, loadNetwork } from ${JSON.stringify(entry)};
    const { detector, landmarker } = await findModels({ networks: '${set}' });
    const options = { device: '${device}' };
    const networks = { detector: await loadNetwork(detector, options), landmarker: await loadNetwork(landmarker, options) };
    const { image } = drawScene({ seed: 5, width: 160, height: 160, faces: 1 });
    console.log(JSON.stringify(await analyzeFaces(networks, image, { detectorSide: 160 })));`;
  const { status, stdout, stderr } = spawnSync('node', ['--input-type=module', '-e', program], {
    encoding: 'utf8',
    env: { ...process.env, VK_ICD_FILENAMES: ADAPTER, VK_DRIVER_FILES: ADAPTER },
  });
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout);
}

describe('the test of a device', () => {
  it.each(['mediapipe', 'drawn-faces'])('shows faces to %s, and passes its WebAssembly', async (set) => {
    const networks = await resolveNetworks({ networks: set });
    const native = await openNetworks(networks, { threads: 2, runtime: 'native', deviceOptions: undefined }, 'cpu');
    const wasm = await openNetworks(networks, { threads: 1, runtime: 'wasm', deviceOptions: undefined }, 'cpu');
    const differences = await verifyDevice(wasm, native);
    console.log(`${set} in WebAssembly: ${JSON.stringify(differences)}`);
    expect(deviceFault(differences)).toBeUndefined();
    // Not the same code, so that something was measured.
    expect(differences.landmarks).toBeGreaterThan(0);
    await Promise.all([native, wasm].flatMap(({ detector, landmarker }) => [detector.close(), landmarker.close()]));
  });
});

describe('load({ device })', () => {
  it('says what to install for a device that is not there', async () => {
    const error = await FacialLandmarkDetector.load({ device: ABSENT }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DeviceError);
    expect(String(error)).toMatch(
      /an onnxruntime-node for .* which does not have it. It is a part of onnxruntime-node on/,
    );
  });

  it('falls through to the next of a list with a warning, and gives the bits of the processor', async () => {
    const warnings: Error[] = [];
    const listen = (warning: Error) => warnings.push(warning);
    process.on('warning', listen);
    await using plain = await FacialLandmarkDetector.load({ networks: 'drawn-faces' });
    await using detector = await FacialLandmarkDetector.load({ networks: 'drawn-faces', device: [ABSENT, 'cpu'] });
    const result = await detector.detect(image);
    expect(result.networks.runtime.provider).toBe('cpu');
    expect(JSON.stringify(result.faces)).toBe(JSON.stringify((await plain.detect(image)).faces));
    expect(warnings.map(({ message }) => message)).toEqual([
      expect.stringContaining(`"${ABSENT}" is passed over, and "cpu"`),
    ]);
    process.off('warning', listen);
  });

  it('does the same in a pool', async () => {
    await using pool = await createPool({ networks: 'drawn-faces', device: [ABSENT, 'cpu'], workers: 2 });
    expect((await pool.detect(image)).faces).toHaveLength(2);
    await using alone = await createPool({ networks: 'drawn-faces', device: [ABSENT, 'cpu'] });
    expect(alone.workers).toBe(1);
    await expect(createPool({ networks: 'drawn-faces', device: ABSENT, workers: 2 })).rejects.toThrow(DeviceError);
    const deviceOptions = { allocator: () => undefined };
    await expect(createPool({ networks: 'drawn-faces', deviceOptions, workers: 1 })).rejects.toThrow(
      InvalidOptionError,
    );
  });

  it('runs in WebAssembly where that is asked for, and there on no other device', async () => {
    await using detector = await FacialLandmarkDetector.load({ networks: 'drawn-faces', runtime: 'wasm' });
    expect((await detector.detect(image)).networks.runtime.name).toBe('onnxruntime-web');
    const elsewhere = FacialLandmarkDetector.load({ networks: 'drawn-faces', runtime: 'wasm', device: 'webgpu' });
    await expect(elsewhere).rejects.toThrow(/"webgpu" .*the runtime "wasm", which runs on the processor alone/);
  });

  it('refuses what is no device', async () => {
    for (const device of ['gpu', [], ['cpu', 'gpu'], 7]) {
      await expect(FacialLandmarkDetector.load({ device: device as never })).rejects.toThrow(InvalidOptionError);
    }
  });
});

describe.skipIf(!existsSync(ADAPTER))('WebGPU on a software adapter', () => {
  it.each(['mediapipe', 'drawn-faces'])('finds the face that the processor finds by %s', (set) => {
    const [[found, ...others], [expected]] = ['webgpu', 'cpu'].map((device) => findWithAdapter(device, set));
    expect(others).toEqual([]);
    const distances = found.bbox.map((value, i) => Math.abs(value - expected.bbox[i]));
    expect(Math.max(...distances)).toBeLessThanOrEqual(1);
  });
});

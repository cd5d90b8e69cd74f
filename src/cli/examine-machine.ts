import { availableParallelism } from 'node:os';
import { type OpenPair, openOnDevice } from '../detector/open-on-device.js';
import type { DeviceDifferences } from '../detector/verify-device.js';
import { drawScene } from '../drawn-faces/draw-scene.js';
import { FacialLandmarkDetector, openNetworks } from '../node/facial-landmark-detector.js';
import { availableDecoders } from '../node/images/image-codecs.js';
import { readImage } from '../node/images/image-file.js';
import { findModels, type ModelPaths } from '../node/models/find-models.js';
import { NETWORK_SET_NAMES } from '../node/models/network-sets.js';
import { SAMPLE_PICTURE } from '../node/package-paths.js';
import type { Device } from '../node/runtime/device.js';
import { loadRuntime, nativeDevices } from '../node/runtime/load-runtime.js';
import type { RuntimeInfo } from '../runtime/session.js';
import type { PixelImage } from '../types.js';
import { VERSION } from '../version.js';

/** A device and its test. */
export interface DeviceReport {
  device: Device;
  /** Whether its results agree with the processor's. */
  works: boolean;
  /** The reason when it does not work. */
  reason?: string;
  /** Differences from the processor's results; missing for the processor itself. */
  differences?: DeviceDifferences | undefined;
}

/** Facts about how a machine runs the networks. */
export interface MachineReport {
  version: string;
  node: string;
  platform: string;
  /** The runtime that is used when no device is given. */
  runtime: RuntimeInfo;
  devices: DeviceReport[];
  /** Available image decoders; the first one is used. */
  decoders: string[];
  /** Cores that the process may use. */
  cores: number;
  /** Whether threads can share memory, which pools need. */
  sharedMemory: boolean;
  /** Each set of networks, and whether this machine has it. */
  networks: { set: string; here: boolean }[];
  /** Number of faces found in a picture with one face, and the median time of detection without decoding, milliseconds. */
  face?: { set: string; found: number; milliseconds: number };
  /** Suggested changes; empty when there are none. */
  advice: string[];
}

const ROUNDS = 5;

const isHere = (set: string) =>
  findModels({ networks: set }).then(
    () => true,
    () => false,
  );

async function testDevice(device: Device, paths: ModelPaths): Promise<DeviceReport> {
  const settings = { threads: undefined, runtime: 'native', deviceOptions: undefined } as const;
  const open = (on: Device): Promise<OpenPair> => openNetworks(paths, settings, on);
  const { detector, landmarker, differences, passedOver } = await openOnDevice({
    devices: [device, 'cpu'],
    reference: 'cpu',
    open,
  });
  await Promise.all([detector.close(), landmarker.close()]);
  const [failure] = passedOver;
  return failure ? { device, works: false, reason: failure.reason } : { device, works: true, differences };
}

/** Measures the detection of a single face. */
async function timeOneFace(paths: ModelPaths): Promise<NonNullable<MachineReport['face']>> {
  const { set } = paths.identity;
  const picture: PixelImage =
    set === 'drawn-faces' ? drawScene({ seed: 1, faces: 1 }).image : await readImage(SAMPLE_PICTURE);
  await using detector = await FacialLandmarkDetector.load(paths);
  let { faces } = await detector.detect(picture);
  const times: number[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    const start = performance.now();
    ({ faces } = await detector.detect(picture));
    times.push(performance.now() - start);
  }
  const milliseconds = times.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)];
  return { set, found: faces.length, milliseconds };
}

function adviceOf({ runtime, decoders, face }: Omit<MachineReport, 'advice'>): string[] {
  const advice: string[] = [];
  if (runtime.name !== 'onnxruntime-node') {
    advice.push(
      'The networks run in WebAssembly, several times slower than native code. If there is a build for this machine, install it: ' +
        '`ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node`.',
    );
  }
  if (!decoders.includes('sharp')) {
    advice.push(
      'Images are decoded by jimp, which is slower and gives other JPEG pixels than OpenCV: `npm install sharp`.',
    );
  }
  if (face && face.found !== 1) {
    advice.push(`The networks ${face.set} find ${face.found} faces in a picture with one face. Try the set mediapipe.`);
  }
  return advice;
}

/**
 * Collects the facts about runtime, devices, decoders and networks, and tests them.
 * @param paths the networks for the tests
 */
export async function examineMachine(paths: ModelPaths): Promise<MachineReport> {
  const { info: runtime } = await loadRuntime();
  const devices: DeviceReport[] = [];
  // One after the other, because they share memory and cores.
  for (const device of await nativeDevices().catch(() => [])) devices.push(await testDevice(device, paths));
  const report = {
    version: VERSION,
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    runtime,
    devices,
    decoders: await availableDecoders(),
    cores: availableParallelism(),
    sharedMemory: typeof SharedArrayBuffer === 'function',
    networks: await Promise.all(NETWORK_SET_NAMES.map(async (set) => ({ set, here: await isHere(set) }))),
    face: await timeOneFace(paths),
  };
  return { ...report, advice: adviceOf(report) };
}

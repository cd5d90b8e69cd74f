import { type Check, oneOf, oneOrMore } from '../../check-options.js';
import { DeviceError } from '../../errors.js';

/** Where networks run. Not every build of ONNX Runtime has each of them; `facial-lmk doctor` says which a machine has. */
export const DEVICES = ['cpu', 'cuda', 'coreml', 'dml', 'webgpu'] as const;
export type Device = (typeof DEVICES)[number];

/** What each device but the processor needs. */
const NEEDS: Record<Exclude<Device, 'cpu'>, string> = {
  cuda: 'It needs an NVIDIA card with CUDA 12 and cuDNN 9 on Linux x64, and `ONNXRUNTIME_NODE_INSTALL=cuda12 npm install onnxruntime-node`.',
  coreml: 'It is a part of onnxruntime-node on macOS.',
  dml: 'It is a part of onnxruntime-node on Windows.',
  webgpu:
    'It is a part of onnxruntime-node on Windows, macOS and Linux x64; on Linux it needs a driver for Vulkan (`apt install mesa-vulkan-drivers`).',
};

/** A device that cannot be had, and what it needs. */
export function noDevice(device: Device, received: string, cause?: unknown): DeviceError {
  const hint = device === 'cpu' ? undefined : NEEDS[device];
  return new DeviceError({ name: 'device', expected: `"${device}"`, received, hint, cause });
}

export const checkDevice: Check<Device> = oneOf(DEVICES);

/** One device, or several in the order of preference. */
export const checkDevices: Check<Device[]> = oneOrMore(checkDevice);

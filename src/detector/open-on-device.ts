import { reasonOf } from '../as-error.js';
import { DeviceError } from '../errors.js';
import { inBatches } from '../runtime/in-batches.js';
import type { OnnxNetwork } from '../runtime/onnx-network.js';
import { type DeviceDifferences, deviceFault, verifyDevice } from './verify-device.js';

/** Both networks, open. */
export interface OpenPair {
  detector: OnnxNetwork;
  landmarker: OnnxNetwork;
}

/** A requested device on which the networks do not run, and the reason. */
export interface PassedOver {
  device: string;
  reason: string;
}

export interface OpenOnDeviceOptions<Device extends string> {
  /** Devices in the order of preference. */
  devices: readonly Device[];
  /** The device with which the others are compared. It is not tested itself. */
  reference: Device;
  /** Opens both networks on a device. */
  open(device: Device): Promise<OpenPair>;
  /** Ends the search. An abort does not count as a failure of the device. */
  signal?: AbortSignal | undefined;
}

export interface OpenedOnDevice<Device extends string> extends OpenPair {
  device: Device;
  /** The differences from the reference device; undefined for the reference device itself. */
  differences: DeviceDifferences | undefined;
  /** The devices that stand earlier in the list. */
  passedOver: PassedOver[];
}

const close = ({ detector, landmarker }: OpenPair) => Promise.all([detector.close(), landmarker.close()]);

/** Opens on one device and tests it. @throws what opening and running throw, DeviceError for wrong results */
async function openTested<Device extends string>(
  device: Device,
  reference: OpenPair,
  open: (device: Device) => Promise<OpenPair>,
): Promise<OpenPair & { differences: DeviceDifferences }> {
  const pair = await open(device);
  try {
    const differences = await verifyDevice(pair, reference);
    const fault = deviceFault(differences);
    if (fault) throw new Error(fault);
    return { ...pair, detector: inBatches(pair.detector), differences };
  } catch (error) {
    await close(pair);
    throw error;
  }
}

/** Why a device was passed over, in one line. */
function faultOf(error: unknown): string {
  return error instanceof DeviceError ? [error.received, error.hint].filter(Boolean).join('. ') : reasonOf(error);
}

function noDevice(passedOver: readonly PassedOver[], reference: string, cause: unknown): DeviceError {
  return new DeviceError({
    name: 'device',
    expected: 'a device that is available and finds what the processor finds',
    received: passedOver.map(({ device, reason }) => `"${device}" (${reason})`).join(', '),
    hint: `Put "${reference}" at the end of the list of devices to fall back to the processor.`,
    cause,
  });
}

/**
 * Opens networks on the first device of a list that gives correct results. Each device is compared with the processor on a drawn
 * picture. A device that is not available, fails or computes something else is passed over. On a device other than the reference
 * several images share a run of the detector, if its network leaves their number open.
 *
 * @throws DeviceError when no device is left, and what opening on the reference device throws
 */
export async function openOnDevice<Device extends string>({
  devices,
  reference,
  open,
  signal,
}: OpenOnDeviceOptions<Device>): Promise<OpenedOnDevice<Device>> {
  const passedOver: PassedOver[] = [];
  // Opened first, so that a damaged model file does not look like a fault of a device.
  const known = await open(reference);
  let taken: OpenPair | undefined;
  try {
    let cause: unknown;
    for (const device of devices) {
      signal?.throwIfAborted();
      if (device === reference) {
        taken = known;
        return { ...known, device, differences: undefined, passedOver };
      }
      try {
        return { ...(await openTested(device, known, open)), device, passedOver };
      } catch (error) {
        signal?.throwIfAborted();
        passedOver.push({ device, reason: faultOf(error) });
        cause = error;
      }
    }
    throw noDevice(passedOver, reference, cause);
  } finally {
    if (taken !== known) await close(known);
  }
}

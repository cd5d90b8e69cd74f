import { constantWeights } from '../onnx/constant-weights.js';
import { isYunet } from '../yunet/is-yunet.js';
import { yunetToScrfd } from '../yunet/yunet-to-scrfd.js';
import type { OnnxNetwork } from './onnx-network.js';

/**
 * Opens a network as this library takes it: weights that are listed among the inputs become constants, and a YuNet detector
 * stands behind SCRFD's contract.
 *
 * @param bytes the ONNX file
 * @param open opens the file as it is where nothing is passed, else the bytes that stand in for it
 * @throws what opening throws, ModelFileError and ModelContractError for a YuNet file that cannot be adapted
 */
export async function openAdapted(
  bytes: Uint8Array,
  open: (adapted?: Uint8Array) => Promise<OnnxNetwork>,
): Promise<OnnxNetwork> {
  const network = await open(constantWeights(bytes));
  if (!isYunet(network)) return network;
  await network.close();
  return open(yunetToScrfd(bytes, network.name));
}

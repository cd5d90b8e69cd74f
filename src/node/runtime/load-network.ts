import { readFile } from 'node:fs/promises';
import { networkFromSession, type OnnxNetwork } from '../../runtime/onnx-network.js';
import { isYunet } from '../../yunet/is-yunet.js';
import { yunetToScrfd } from '../../yunet/yunet-to-scrfd.js';
import { openSession, type SessionOptions } from './onnx-session.js';

/**
 * Opens an ONNX file, or its bytes, as a network with one float32 input and float32 outputs. A YuNet detector is opened
 * behind SCRFD's contract.
 * @throws ModelNotFoundError, ModelFileError, ModelContractError
 */
export async function loadNetwork(source: string | Uint8Array, options: SessionOptions = {}): Promise<OnnxNetwork> {
  const network = networkFromSession(await openSession(source, options));
  if (!isYunet(network)) return network;
  await network.close();
  const bytes = typeof source === 'string' ? await readFile(source) : source;
  const { name } = network;
  return networkFromSession(await openSession(yunetToScrfd(bytes, name), { ...options, name }));
}

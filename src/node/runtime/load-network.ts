import { networkFromSession, type OnnxNetwork } from '../../runtime/onnx-network.js';
import { openSession, type SessionOptions } from './onnx-session.js';

/**
 * Opens an ONNX file, or its bytes, as a network with one float32 input and float32 outputs.
 * @throws ModelNotFoundError, ModelFileError, ModelContractError
 */
export async function loadNetwork(source: string | Uint8Array, options: SessionOptions = {}): Promise<OnnxNetwork> {
  return networkFromSession(await openSession(source, options));
}

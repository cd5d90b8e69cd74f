import { networkFromSession, type OnnxNetwork } from '../../runtime/onnx-network.js';
import { openAdapted } from '../../runtime/open-adapted.js';
import { checkSessionOptions, openSession, readModelFile, type SessionOptions } from './onnx-session.js';

/**
 * Opens an ONNX file, or its bytes, as a network with one float32 input and float32 outputs. A YuNet detector is opened
 * behind SCRFD's contract; weights that are listed among the inputs become constants.
 * @throws InvalidOptionError, ModelNotFoundError, ModelFileError, ModelContractError
 */
export async function loadNetwork(source: string | Uint8Array, options: SessionOptions = {}): Promise<OnnxNetwork> {
  const settings = checkSessionOptions('loadNetwork', source, options);
  const bytes = typeof source === 'string' ? await readModelFile(source) : source;
  const name = settings.name ?? (typeof source === 'string' ? source : undefined);
  return openAdapted(bytes, async (adapted: string | Uint8Array = source) =>
    networkFromSession(await openSession(adapted, { ...settings, name })),
  );
}

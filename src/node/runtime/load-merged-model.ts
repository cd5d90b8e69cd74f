import { type MergedModel, mergedModelFromSession } from '../../runtime/merged-model.js';
import { openSession, type SessionOptions } from './onnx-session.js';

/**
 * Opens the upstream `model.onnx`, or any graph with its input and outputs.
 * @throws ModelNotFoundError, ModelFileError, ModelContractError
 */
export async function loadMergedModel(source: string | Uint8Array, options: SessionOptions = {}): Promise<MergedModel> {
  return mergedModelFromSession(await openSession(source, options));
}

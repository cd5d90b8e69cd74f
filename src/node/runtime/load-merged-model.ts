import { type MergedModel, mergedModelFromSession } from '../../runtime/merged-model.js';
import { type NdarrayOutputs, ndarrayOutputs } from '../ndarray-outputs.js';
import { checkSessionOptions, openSession, type SessionOptions } from './onnx-session.js';

/**
 * Opens the upstream `model.onnx`, or any graph with its input and outputs. Its outputs come as ndarrays.
 * @throws InvalidOptionError, ModelNotFoundError, ModelFileError, ModelContractError
 */
export async function loadMergedModel(
  source: string | Uint8Array,
  options: SessionOptions = {},
): Promise<MergedModel<NdarrayOutputs>> {
  const model = await mergedModelFromSession(
    await openSession(source, checkSessionOptions('loadMergedModel', source, options)),
  );
  return { ...model, run: async (image) => ndarrayOutputs(await model.run(image)) };
}

import { ModelFileError } from '../errors.js';
import { MODEL, type Model } from './schema.js';
import { readMessage, writeMessage } from './wire.js';

function refuse(name: string, received: string, cause?: unknown): never {
  throw new ModelFileError({
    name,
    expected: 'an ONNX network',
    received,
    hint: 'The file is truncated or of another kind.',
    cause,
  });
}

/**
 * ONNX file -> messages. Nothing is lost: fields that the schema does not name are kept and written again.
 * Tensor data shares memory with `bytes`.
 *
 * @param name what an error calls the file
 * @throws ModelFileError for bytes that are no ONNX network
 */
export function readModel(bytes: Uint8Array, name = 'the model file'): Model {
  const data = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let model: Model;
  try {
    model = readMessage(MODEL, data);
  } catch (cause) {
    refuse(name, `${bytes.length} bytes that break off or do not fit the format`, cause);
  }
  // Protobuf carries no magic number: a foreign file can parse, but then it holds no graph.
  if (model.irVersion === undefined || !model.graph) refuse(name, `${bytes.length} bytes without a graph`);
  return model;
}

/** Messages -> ONNX file. */
export function writeModel(model: Model): Uint8Array {
  return writeMessage(MODEL, model).finish();
}

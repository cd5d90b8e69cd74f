import { readModel, writeModel } from './model.js';
import { EXTERNAL_DATA, type Model } from './schema.js';

/** From this IR version on, a weight that is listed among the inputs may be overridden by a caller. */
const OVERRIDABLE = 4n;

/**
 * A network whose weights are constants: where a file lists its weights among the inputs too, ONNX Runtime must expect
 * others at each run, so it folds and fuses less, takes longer, and gives other last bits.
 *
 * @param bytes an ONNX file
 * @returns an ONNX file, or undefined where nothing is to be changed: also for bytes of
 *   another kind, and where weights lie in other files, which only a path leads to
 */
export function constantWeights(bytes: Uint8Array): Uint8Array | undefined {
  let model: Model;
  try {
    model = readModel(bytes);
  } catch {
    return undefined;
  }
  const { graph, irVersion } = model;
  if (!graph || !(irVersion && irVersion >= OVERRIDABLE)) return undefined;
  const weights = new Set(graph.initializers.map(({ name }) => name));
  const inputs = graph.inputs.filter(({ name }) => !weights.has(name));
  if (inputs.length === graph.inputs.length) return undefined;
  if (graph.initializers.some(({ dataLocation }) => dataLocation === EXTERNAL_DATA)) return undefined;
  return writeModel({ ...model, graph: { ...graph, inputs } });
}

import { ModelContractError, ModelFileError } from '../errors.js';
import type { NetworkInfo, TensorInfo } from '../types.js';
import { opsetOf } from './convert-opset.js';
import { readModel } from './model.js';
import { DATA_TYPES, EXTERNAL_DATA, type Graph, type Model, type TensorData, type ValueInfo } from './schema.js';

/** A network file as it goes into another graph. */
export interface NetworkFile extends NetworkInfo {
  model: Model;
  graph: Graph;
  opset: number;
}

/** Field numbers of `ModelProto.functions` and `GraphProto.sparse_initializer`, which are not carried over. */
const FUNCTIONS = 25;
const SPARSE_INITIALIZERS = 15;

function tensorInfo({ name = '', type }: ValueInfo): TensorInfo {
  const element = type?.tensor?.elementType;
  const typeName = Object.entries(DATA_TYPES).find(([, number]) => number === element)?.[0] ?? `type ${element}`;
  const shape = (type?.tensor?.shape?.dimensions ?? []).map(({ value, parameter }) =>
    value === undefined ? parameter || -1 : Number(value),
  );
  return { name, type: typeName, shape };
}

/** All tensors of a graph and of the graphs in its attributes. */
function* tensorsOf(graph: Graph): Generator<TensorData> {
  yield* graph.initializers;
  for (const { attributes } of graph.nodes) {
    for (const { tensor, tensors, graph: inner, graphs } of attributes) {
      if (tensor) yield tensor;
      yield* tensors;
      for (const one of inner ? [inner, ...graphs] : graphs) yield* tensorsOf(one);
    }
  }
}

function checkSelfContained(name: string, { unknownFields = [] }: Model, graph: Graph): void {
  const refuse = (received: string, hint: string) => {
    throw new ModelFileError({ name, expected: 'a network in one file', received, hint });
  };
  for (const tensor of tensorsOf(graph)) {
    if (tensor.dataLocation !== EXTERNAL_DATA && tensor.externalData.length === 0) continue;
    const file = tensor.externalData.find(({ key }) => key === 'location')?.value ?? 'another file';
    refuse(`weights that lie in ${file}`, 'Save the network with its weights inside first.');
  }
  if (unknownFields.some(({ number }) => number === FUNCTIONS)) {
    refuse('functions of its own', 'Inline them first, e.g. with onnx.inliner.');
  }
  if (graph.unknownFields?.some(({ number }) => number === SPARSE_INITIALIZERS)) {
    refuse('sparse weights', 'Save the network with dense weights first.');
  }
}

/** Under the name that runtimes have for it. */
const asFloat32 = (info: TensorInfo): TensorInfo => ({ ...info, type: 'float32' });

/**
 * Reads a network with float32 inputs and outputs.
 * @throws ModelFileError, ModelContractError
 */
export function readNetwork(bytes: Uint8Array, name: string): NetworkFile {
  const model = readModel(bytes, name);
  const graph = model.graph as Graph;
  checkSelfContained(name, model, graph);
  // Before IR version 4 weights had to be listed as inputs too.
  const weights = new Set(graph.initializers.map((tensor) => tensor.name));
  const inputs = graph.inputs.filter((input) => !weights.has(input.name)).map(tensorInfo);
  const outputs = graph.outputs.map(tensorInfo);
  for (const info of [...inputs, ...outputs]) {
    if (info.type !== 'float') {
      throw new ModelContractError({
        name,
        expected: 'float32 inputs and outputs',
        received: `${info.name} of ${info.type}`,
      });
    }
  }
  return {
    name,
    model,
    graph: { ...graph, inputs: [] },
    inputs: inputs.map(asFloat32),
    outputs: outputs.map(asFloat32),
    opset: opsetOf(model),
  };
}

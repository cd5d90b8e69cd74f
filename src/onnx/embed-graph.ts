import type { GraphBuilder, Value } from './graph-builder.js';
import type { Attribute, Graph, Node, TensorData, ValueInfo } from './schema.js';

/** A name of the embedded graph -> its name in the graph around it. */
type Rename = (name: string) => string;

const renameTensor = (tensor: TensorData, rename: Rename): TensorData => ({
  ...tensor,
  name: rename(tensor.name ?? ''),
});

/** Named dimensions too: the runtime takes two dimensions of one name for equal. */
function renameInfo(info: ValueInfo, rename: Rename): ValueInfo {
  const { type } = info;
  const dimensions = type?.tensor?.shape?.dimensions.map((dimension) =>
    dimension.parameter ? { ...dimension, parameter: rename(dimension.parameter) } : dimension,
  );
  const shape = dimensions && { ...type?.tensor?.shape, dimensions };
  const tensor = type?.tensor && { ...type.tensor, shape };
  return { ...info, name: rename(info.name ?? ''), type: type && { ...type, tensor } };
}

const renameAttribute = (attribute: Attribute, rename: Rename): Attribute => ({
  ...attribute,
  graph: attribute.graph && renameGraph(attribute.graph, rename),
  graphs: attribute.graphs.map((graph) => renameGraph(graph, rename)),
});

const renameNode = (node: Node, rename: Rename): Node => ({
  ...node,
  name: node.name && rename(node.name),
  inputs: node.inputs.map(rename),
  outputs: node.outputs.map(rename),
  attributes: node.attributes.map((attribute) => renameAttribute(attribute, rename)),
});

/** Graphs of branches and loops see the values around them, so the same names change inside. */
const renameGraph = (graph: Graph, rename: Rename): Graph => ({
  ...graph,
  nodes: graph.nodes.map((node) => renameNode(node, rename)),
  initializers: graph.initializers.map((tensor) => renameTensor(tensor, rename)),
  inputs: graph.inputs.map((info) => renameInfo(info, rename)),
  outputs: graph.outputs.map((info) => renameInfo(info, rename)),
  valueInfo: graph.valueInfo.map((info) => renameInfo(info, rename)),
});

/**
 * Puts a whole graph into another: its names get the builder's prefix, its inputs become values that exist already.
 *
 * @param inputs the value for each input by its name
 * @returns the values of its outputs, in their order
 */
export function embedGraph(g: GraphBuilder, graph: Graph, inputs: Readonly<Record<string, Value>>): Value[] {
  // An empty name is an optional input that was left out.
  const rename = (name: string) => (name === '' ? '' : Object.hasOwn(inputs, name) ? inputs[name] : g.prefix + name);
  g.append(renameGraph(graph, rename));
  return graph.outputs.map((output) => rename(output.name ?? ''));
}

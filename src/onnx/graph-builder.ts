import {
  ATTRIBUTE_TYPES,
  type Attribute,
  DATA_TYPES,
  type DataType,
  type Graph,
  type Model,
  type TensorData,
  type ValueInfo,
} from './schema.js';
import { type ConstantType, tensorData } from './tensor-data.js';

/** Name of a tensor inside a graph: what a node returns and what the next one takes. */
export type Value = string;

/** A side of a tensor: a number, the name of a dimension that varies, or undefined where nothing is known. */
export type Shape = readonly (number | string | undefined)[];

/** A number is a float32, a bigint an integer, as in the file. */
export type AttributeValue = number | bigint | string | readonly number[] | readonly bigint[] | TensorData | Graph;
export type Attributes = Readonly<Record<string, AttributeValue>>;

/** What a model says of itself besides its graph. */
export interface ModelDescription {
  /** Version of ONNX's own operators. */
  opset: number;
  producerName: string;
  producerVersion?: string | undefined;
  docString?: string | undefined;
  metadata?: Readonly<Record<string, string>> | undefined;
}

/** The IR version of the oldest runtimes that know opset 16 to 18. */
const IR_VERSION = 8n;

function attributeContent(value: AttributeValue): Partial<Attribute> {
  if (typeof value === 'number') return { float: value, type: ATTRIBUTE_TYPES.float };
  if (typeof value === 'bigint') return { int: value, type: ATTRIBUTE_TYPES.int };
  if (typeof value === 'string') return { string: asciiBytes(value), type: ATTRIBUTE_TYPES.string };
  if ('nodes' in value) return { graph: value, type: ATTRIBUTE_TYPES.graph };
  if ('dimensions' in value) return { tensor: value, type: ATTRIBUTE_TYPES.tensor };
  if (value.every((entry) => typeof entry === 'bigint')) return { ints: [...value], type: ATTRIBUTE_TYPES.ints };
  return { floats: [...(value as readonly number[])], type: ATTRIBUTE_TYPES.floats };
}

/** Attribute strings are words of the operator specifications, all of them ASCII. */
const asciiBytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

/** One attribute of a node. */
export function attribute(name: string, value: AttributeValue): Attribute {
  return { name, floats: [], ints: [], strings: [], tensors: [], graphs: [], ...attributeContent(value) };
}

function valueInfo(name: Value, type: DataType, shape: Shape): ValueInfo {
  const dimensions = shape.map((side) => {
    if (side === undefined) return {};
    return typeof side === 'number' ? { value: BigInt(side) } : { parameter: side };
  });
  return { name, type: { tensor: { elementType: DATA_TYPES[type], shape: { dimensions } } }, metadata: [] };
}

/** What the builders of one model share: no name is given twice, no constant stored twice. */
interface Names {
  counts: Map<string, number>;
  constants: Map<string, Value>;
  /** Initializers of the outermost graph, which inner graphs see too. */
  initializers: TensorData[];
}

/** Constants up to this many elements are looked up before they are stored again. */
const SHARED_CONSTANT = 64;

/**
 * Builds an ONNX graph node by node. Each call returns the name of what the node computes, so that a graph reads like the
 * arithmetic it does: `const sum = g.add('Add', [a, g.float(1)])`.
 */
export class GraphBuilder {
  readonly #graph: Graph;
  /** What all names begin with that are made here: empty, or `scope/`. */
  readonly prefix: string;
  readonly #names: Names;

  constructor(name: string);
  /** @internal */
  constructor(name: string, from: { graph?: Graph | undefined; prefix: string; names: Names });
  constructor(name: string, from?: { graph?: Graph | undefined; prefix: string; names: Names }) {
    this.#names = from?.names ?? { counts: new Map(), constants: new Map(), initializers: [] };
    this.prefix = from?.prefix ?? '';
    this.#graph = from?.graph ?? {
      name,
      nodes: [],
      initializers: from ? [] : this.#names.initializers,
      inputs: [],
      outputs: [],
      valueInfo: [],
      metadata: [],
    };
  }

  /** The same graph with `name/` before the names of all that is added through the returned builder. */
  scope(name: string): GraphBuilder {
    return new GraphBuilder(name, { graph: this.#graph, prefix: `${this.#unique(name)}/`, names: this.#names });
  }

  /** A graph for a `body` or branch attribute. It sees every value of the graphs around it. */
  subgraph(name: string): GraphBuilder {
    return new GraphBuilder(name, { prefix: `${this.#unique(name)}/`, names: this.#names });
  }

  /** Declares an input of the graph, under exactly this name. */
  input(name: string, type: DataType, shape: Shape): Value {
    this.#graph.inputs.push(valueInfo(name, type, shape));
    return name;
  }

  /** Declares that a value is an output of the graph. */
  output(value: Value, type: DataType, shape: Shape): void {
    this.#graph.outputs.push(valueInfo(value, type, shape));
  }

  /** Notes type and shape of a value in between, for viewers and memory planning. Returns the value. */
  describe(value: Value, type: DataType, shape: Shape): Value {
    this.#graph.valueInfo.push(valueInfo(value, type, shape));
    return value;
  }

  /** Adds a node with one output and returns its name: `output`, or one made from the operator. */
  add(operator: string, inputs: readonly Value[], attributes: Attributes = {}, output?: string): Value {
    return this.#addNode(operator, inputs, attributes, (name) => [output ?? name])[0];
  }

  /** Adds a node with `count` outputs and returns their names. */
  addMany(operator: string, inputs: readonly Value[], count: number, attributes: Attributes = {}): Value[] {
    return this.#addNode(operator, inputs, attributes, (name) =>
      Array.from({ length: count }, (_, i) => `${name}:${i}`),
    );
  }

  /** A float32 constant, a scalar when `values` is a number. */
  float(values: number | ArrayLike<number>, shape?: readonly number[]): Value {
    return this.constant('float', values, shape);
  }

  /** An int64 constant, a scalar when `values` is a number. */
  int64(values: number | ArrayLike<number>, shape?: readonly number[]): Value {
    return this.constant('int64', values, shape);
  }

  /** A constant of any type, a scalar when `values` is a number. Equal small ones are stored once. */
  constant(type: ConstantType, values: number | ArrayLike<number>, shape?: readonly number[]): Value {
    const list = typeof values === 'number' ? [values] : values;
    const sides = shape ?? (typeof values === 'number' ? [] : [list.length]);
    const store = () => {
      const name = this.#unique(`${type}_${sides.length === 0 ? 'scalar' : sides.join('x')}`, '');
      this.#names.initializers.push(tensorData(name, type, list, sides));
      return name;
    };
    if (list.length > SHARED_CONSTANT) return store();
    const entries = Array.from(list, (value) => (Object.is(value, -0) ? '-0' : String(value)));
    const key = `${type} [${sides}] ${entries}`;
    const name = this.#names.constants.get(key) ?? store();
    this.#names.constants.set(key, name);
    return name;
  }

  /** Puts finished parts into this graph as they are, e.g. those of another network. Their names must be new here. */
  append({ nodes, initializers, valueInfo }: Pick<Graph, 'nodes' | 'initializers' | 'valueInfo'>): void {
    this.#graph.nodes.push(...nodes);
    this.#graph.initializers.push(...initializers);
    this.#graph.valueInfo.push(...valueInfo);
  }

  /** The finished graph, e.g. for an attribute. */
  build(): Graph {
    return this.#graph;
  }

  /** The finished graph as a model. */
  model({ opset, producerName, producerVersion, docString, metadata = {} }: ModelDescription): Model {
    return {
      irVersion: IR_VERSION,
      producerName,
      producerVersion,
      docString,
      graph: this.#graph,
      operatorSets: [{ domain: '', version: BigInt(opset) }],
      metadata: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    };
  }

  #addNode(
    operator: string,
    inputs: readonly Value[],
    attributes: Attributes,
    name: (node: string) => string[],
  ): Value[] {
    const node = this.#unique(operator);
    const outputs = name(node);
    this.#graph.nodes.push({
      name: node,
      operator,
      inputs: [...inputs],
      outputs,
      attributes: Object.entries(attributes).map(([key, value]) => attribute(key, value)),
      metadata: [],
    });
    return outputs;
  }

  #unique(name: string, prefix = this.prefix): string {
    const full = prefix + name;
    const count = this.#names.counts.get(full) ?? 0;
    this.#names.counts.set(full, count + 1);
    return count === 0 ? full : `${full}_${count + 1}`;
  }
}

import { ModelFileError } from '../errors.js';
import { attribute } from './graph-builder.js';
import type { Attribute, Graph, Model, Node, TensorData } from './schema.js';
import { tensorData } from './tensor-data.js';

/** A node as it is rewritten: its attributes by name, and a way to make a constant for a new input. */
interface Rewrite {
  node: Node;
  find(name: string): Attribute | undefined;
  /** Removes attributes that became inputs, or that lost their meaning. */
  drop(...names: string[]): void;
  constant(type: 'float' | 'int64', values: readonly number[], scalar?: boolean): string;
  /** Gives up: the old form has no equal in the new version. */
  refuse(why: string): never;
}

/** A version of the operator set that changed what a node means or how it is written. */
interface Change {
  version: number;
  apply(rewrite: Rewrite): void;
}

/** Moves an attribute of integers to an input. */
const intsToInput =
  (name: string, position: number) =>
  ({ node, find, drop, constant }: Rewrite) => {
    const ints = find(name)?.ints;
    if (!ints?.length) return;
    setInput(node, position, constant('int64', ints.map(Number)));
    drop(name);
  };

function setInput(node: Node, position: number, value: string): void {
  while (node.inputs.length < position) node.inputs.push('');
  node.inputs[position] = value;
}

const axesToInput = (version: number): Change => ({ version, apply: intsToInput('axes', 1) });

/** Refuses a form of an operator that exporters no longer write. */
const oldForm = (version: number): Change => ({ version, apply: ({ refuse }) => refuse('its old form') });

/** Of several dimensions flattened into one before version 13; the same only along the last axis. */
const lastAxisOnly: Change = {
  version: 13,
  apply: ({ find, refuse }) => {
    if (find('axis')?.int !== -1n) refuse('another axis than the last');
  },
};

/**
 * Versions 7 to 18 of ONNX's operators: the changes of meaning and of form, from the operators' changelog
 * (github.com/onnx/onnx, docs/Changelog.md). Versions that only admit more types or add an optional input are left out.
 */
const CHANGES: Readonly<Record<string, readonly Change[]>> = {
  BatchNormalization: [
    {
      version: 9,
      apply: ({ find, drop, refuse }) => {
        if (find('spatial')?.int === 0n) refuse('statistics per position');
        drop('spatial');
      },
    },
    {
      version: 14,
      apply: ({ node, refuse }) => {
        if (node.outputs.length > 1) refuse('training outputs');
      },
    },
  ],
  Clip: [
    {
      version: 11,
      apply: ({ node, find, drop, constant }) => {
        for (const [position, name] of ['', 'min', 'max'].entries()) {
          const limit = name ? find(name)?.float : undefined;
          if (limit !== undefined) setInput(node, position, constant('float', [limit], true));
        }
        drop('min', 'max');
      },
    },
  ],
  Dropout: [
    {
      version: 12,
      apply: ({ node, drop, refuse }) => {
        if (node.outputs.length > 1) refuse('a mask');
        node.operator = 'Identity';
        drop('ratio');
      },
    },
  ],
  Pad: [
    {
      version: 11,
      apply: (rewrite) => {
        intsToInput('pads', 1)(rewrite);
        const value = rewrite.find('value')?.float;
        if (value !== undefined) setInput(rewrite.node, 2, rewrite.constant('float', [value], true));
        rewrite.drop('value');
      },
    },
  ],
  Resize: [
    {
      version: 11,
      apply: ({ node }) => {
        const [x, scales] = node.inputs;
        node.inputs = [x, '', scales];
        // What was built in before.
        node.attributes.push(
          attribute('coordinate_transformation_mode', 'asymmetric'),
          attribute('nearest_mode', 'floor'),
        );
      },
    },
  ],
  Slice: [
    {
      version: 10,
      apply: (rewrite) => {
        for (const [i, name] of ['starts', 'ends', 'axes'].entries()) intsToInput(name, i + 1)(rewrite);
      },
    },
  ],
  Split: [
    { version: 13, apply: intsToInput('split', 1) },
    {
      version: 18,
      apply: ({ node }) => {
        if (node.inputs.length > 1) return;
        node.attributes.push(attribute('num_outputs', BigInt(node.outputs.length)));
      },
    },
  ],
  Upsample: [
    {
      version: 9,
      apply: ({ node, find, drop, constant }) => {
        setInput(node, 1, constant('float', find('scales')?.floats ?? []));
        drop('scales');
      },
    },
    // From here on the changes of Resize apply.
    {
      version: 10,
      apply: ({ node }) => {
        node.operator = 'Resize';
      },
    },
  ],
  Hardmax: [lastAxisOnly],
  LogSoftmax: [lastAxisOnly],
  Softmax: [lastAxisOnly],
  Scan: [oldForm(9)],
  Scatter: [oldForm(11)],
  ReduceSum: [axesToInput(13)],
  Squeeze: [axesToInput(13)],
  Unsqueeze: [axesToInput(13)],
  TopK: [
    {
      version: 10,
      apply: ({ node, find, drop, constant }) => {
        setInput(node, 1, constant('int64', [Number(find('k')?.int)]));
        drop('k');
      },
    },
  ],
  ...Object.fromEntries(
    ['L1', 'L2', 'LogSum', 'LogSumExp', 'Max', 'Mean', 'Min', 'Prod', 'SumSquare'].map((kind) => [
      `Reduce${kind}`,
      [axesToInput(18)],
    ]),
  ),
};

/** The oldest version with today's rules of broadcasting. */
const OLDEST = 7;
const NEWEST = 18;

/** The version of ONNX's own operators that a model asks for. */
export function opsetOf(model: Model): number {
  const own = model.operatorSets.find(({ domain }) => !domain || domain === 'ai.onnx');
  return Number(own?.version ?? 1n);
}

/**
 * A graph written for an older version of ONNX's operators, rewritten for a newer one. One file knows one version only.
 *
 * @param name what an error calls the network
 * @throws ModelFileError for a version outside 7 to 18 or a node without an equal
 */
export function convertOpset(graph: Graph, from: number, to: number, name: string): Graph {
  if (from < OLDEST || from > NEWEST) {
    throw new ModelFileError({
      name,
      expected: `an operator set from ${OLDEST} to ${NEWEST}`,
      received: `version ${from}`,
      hint: 'Export the network again with opset 11 to 18.',
    });
  }
  const added: TensorData[] = [];
  const convertNode = (original: Node): Node => {
    const node = { ...original, inputs: [...original.inputs], attributes: original.attributes.map(convertAttribute) };
    const rewrite: Rewrite = {
      node,
      find: (key) => node.attributes.find((attribute) => attribute.name === key),
      drop: (...keys) => {
        node.attributes = node.attributes.filter((attribute) => !keys.includes(attribute.name ?? ''));
      },
      constant: (type, values, scalar) => {
        const tensor = tensorData(`opset_${added.length}`, type, values, scalar ? [] : [values.length]);
        added.push(tensor);
        return tensor.name ?? '';
      },
      refuse: (why) => {
        throw new ModelFileError({
          name,
          expected: `operators that read the same in operator set ${to}`,
          received: `${original.operator} with ${why} (node ${original.name || original.outputs[0]})`,
          hint: 'Export the network again with opset 16.',
        });
      },
    };
    if (original.domain) return node;
    for (let version = from + 1; version <= to; version++) {
      for (const change of CHANGES[node.operator ?? ''] ?? []) {
        if (change.version === version) change.apply(rewrite);
      }
    }
    return node;
  };
  const convertAttribute = (attribute: Attribute): Attribute => ({
    ...attribute,
    graph: attribute.graph && convertGraph(attribute.graph),
    graphs: attribute.graphs.map(convertGraph),
  });
  const convertGraph = (inner: Graph): Graph => ({ ...inner, nodes: inner.nodes.map(convertNode) });
  if (from === to) return graph;
  const converted = convertGraph(graph);
  return { ...converted, initializers: [...converted.initializers, ...added] };
}

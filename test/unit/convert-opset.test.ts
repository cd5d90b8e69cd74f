// Old forms of operators against their rewritten ones, both run by ONNX Runtime.
import { describe, expect, it } from 'vitest';
import { ModelFileError } from '../../src/errors.js';
import { openSession } from '../../src/node/runtime/onnx-session.js';
import { convertOpset } from '../../src/onnx/convert-opset.js';
import { type Attributes, GraphBuilder } from '../../src/onnx/graph-builder.js';
import { writeModel } from '../../src/onnx/model.js';
import { tensorData } from '../../src/onnx/tensor-data.js';

const X = Float32Array.from({ length: 24 }, (_, i) => Math.sin(7 * i));
const X_SHAPE = [1, 2, 3, 4];

interface OldForm {
  operator: string;
  opset: number;
  attributes?: Attributes;
  /** Constant inputs after the first. */
  constants?: (g: GraphBuilder) => string[];
  outputs?: number;
}

const OLD_FORMS: OldForm[] = [
  { operator: 'Slice', opset: 9, attributes: { starts: [1n, -3n], ends: [2n, 9n], axes: [2n, 3n] } },
  { operator: 'Slice', opset: 9, attributes: { starts: [0n, 1n], ends: [1n, 2n] } },
  { operator: 'Clip', opset: 8, attributes: { min: -0.5, max: 0.25 } },
  { operator: 'Clip', opset: 8, attributes: { max: 0.25 } },
  { operator: 'Pad', opset: 9, attributes: { pads: [0n, 0n, 1n, 2n, 0n, 0n, 0n, 1n], value: 0.75 } },
  { operator: 'Pad', opset: 9, attributes: { pads: [0n, 0n, 1n, 2n, 0n, 0n, 0n, 1n], mode: 'reflect' } },
  { operator: 'Upsample', opset: 8, attributes: { scales: [1, 1, 2, 3], mode: 'nearest' } },
  { operator: 'Upsample', opset: 9, attributes: { mode: 'linear' }, constants: (g) => [g.float([1, 1, 2, 2])] },
  { operator: 'Resize', opset: 10, attributes: { mode: 'nearest' }, constants: (g) => [g.float([1, 1, 2, 1.5])] },
  { operator: 'Resize', opset: 10, attributes: { mode: 'linear' }, constants: (g) => [g.float([1, 1, 2, 2])] },
  { operator: 'Unsqueeze', opset: 11, attributes: { axes: [0n, 3n] } },
  { operator: 'Squeeze', opset: 11, attributes: { axes: [0n] } },
  { operator: 'Squeeze', opset: 11 },
  { operator: 'ReduceSum', opset: 11, attributes: { axes: [1n, 3n], keepdims: 0n } },
  { operator: 'ReduceMean', opset: 11, attributes: { axes: [2n], keepdims: 1n } },
  { operator: 'ReduceMax', opset: 13 },
  { operator: 'Split', opset: 11, attributes: { axis: 3n, split: [1n, 3n] }, outputs: 2 },
  { operator: 'Split', opset: 12, attributes: { axis: 2n }, outputs: 3 },
  { operator: 'Softmax', opset: 11, attributes: { axis: -1n } },
  { operator: 'Dropout', opset: 9, attributes: { ratio: 0.5 } },
  { operator: 'TopK', opset: 9, attributes: { k: 2n, axis: 3n } },
  {
    operator: 'BatchNormalization',
    opset: 8,
    attributes: { epsilon: 0.001, spatial: 1n },
    constants: (g) => [g.float([1, 2]), g.float([0.5, 0]), g.float([0.1, 0.2]), g.float([1, 4])],
  },
];

function build({ operator, opset, attributes, constants, outputs = 1 }: OldForm) {
  const g = new GraphBuilder('old');
  const inputs = [g.input('x', 'float', X_SHAPE), ...(constants?.(g) ?? [])];
  const values = g.addMany(operator, inputs, operator === 'TopK' ? 2 : outputs, attributes);
  for (const value of values.slice(0, outputs)) g.output(value, 'float', []);
  const model = g.model({ opset, producerName: 'test' });
  // The builder declares shapes; here the runtime shall find them.
  for (const { type } of g.build().outputs) if (type?.tensor) type.tensor.shape = undefined;
  return model;
}

async function run(bytes: Uint8Array) {
  const session = await openSession(bytes);
  const results = await session.infer({ x: { type: 'float32', data: X, dims: X_SHAPE } });
  await session.close();
  return results.map(({ data, dims }) => ({ dims: [...dims], data: Array.from(data as Float32Array) }));
}

describe('convertOpset', () => {
  it.each(OLD_FORMS)('$operator of version $opset $attributes', async (form) => {
    const model = build(form);
    const expected = await run(writeModel(model));
    for (const opset of [16, 17, 18]) {
      const graph = convertOpset(model.graph!, form.opset, opset, 'a network');
      const converted = { ...model, graph, operatorSets: [{ version: BigInt(opset) }] };
      expect(await run(writeModel(converted))).toEqual(expected);
    }
  });

  it('reaches into the graphs of branches', async () => {
    const g = new GraphBuilder('outer');
    const x = g.input('x', 'float', X_SHAPE);
    const branch = (name: string, value: number) => {
      const inner = g.subgraph(name);
      inner.output(inner.add('Clip', [x], { min: value }), 'float', X_SHAPE);
      return inner.build();
    };
    const attributes = { then_branch: branch('then', 0), else_branch: branch('else', 0.5) };
    g.output(g.add('If', [g.constant('bool', 0)], attributes), 'float', X_SHAPE);
    const graph = convertOpset(g.build(), 9, 16, 'a network');
    const model = g.model({ opset: 16, producerName: 'test' });
    const [{ data }] = await run(writeModel({ ...model, graph }));
    expect(data).toEqual(Array.from(X, (value) => Math.max(value, 0.5)));
  });

  it.each<[string, OldForm]>([
    ['a softmax over several dimensions', { operator: 'Softmax', opset: 11, attributes: { axis: 1n } }],
    ['a dropout whose mask is used', { operator: 'Dropout', opset: 9, outputs: 2 }],
    ['statistics per position', { operator: 'BatchNormalization', opset: 8, attributes: { spatial: 0n } }],
    ['an operator set that is too old', { operator: 'Relu', opset: 6 }],
    ['an operator set that is too new', { operator: 'Relu', opset: 19 }],
  ])('refuses %s', (_, form) => {
    const { graph } = build(form);
    expect(() => convertOpset(graph!, form.opset, 16, 'a.onnx')).toThrow(ModelFileError);
    expect(() => convertOpset(graph!, form.opset, 16, 'a.onnx')).toThrow(/for a\.onnx/);
  });

  it('leaves the graph it was given as it was', () => {
    const model = build({ operator: 'Clip', opset: 9, attributes: { min: 0 } });
    const before = writeModel(model);
    convertOpset(model.graph!, 9, 18, 'a network');
    expect(writeModel(model)).toEqual(before);
    expect(tensorData('empty', 'float', [], [0]).rawData).toEqual(new Uint8Array(0));
  });
});

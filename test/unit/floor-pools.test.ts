// Pools that round the size of their output up, where nothing is to be rounded.
import { describe, expect, it } from 'vitest';
import { openSession } from '../../src/node/runtime/onnx-session.js';
import { floorPools } from '../../src/onnx/floor-pools.js';
import { type Attributes, GraphBuilder, type Shape } from '../../src/onnx/graph-builder.js';
import { readModel, writeModel } from '../../src/onnx/model.js';

const HALVING = { kernel_shape: [2n, 2n], strides: [2n, 2n], ceil_mode: 1n };

/** A convolution that halves the image, and a pool behind it. */
function network(
  operator: string,
  attributes: Attributes,
  sides: Shape = ['h', 'w'],
  convolution = 'Conv',
): Uint8Array {
  const g = new GraphBuilder('pools');
  const image = g.input('image', 'float', [1, 1, ...sides]);
  const weights = g.float(
    Array.from({ length: 9 }, (_, i) => i / 9),
    [1, 1, 3, 3],
  );
  const halved = g.add(convolution, [image, weights], {
    kernel_shape: [3n, 3n],
    strides: [2n, 2n],
    pads: [1n, 1n, 1n, 1n],
  });
  g.output(g.add(operator, [g.add('Relu', [halved])], attributes), 'float', [
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  return writeModel(g.model({ opset: 17, producerName: 'test' }));
}

async function run(model: Uint8Array, side: number) {
  const session = await openSession(model);
  const data = Float32Array.from({ length: side * side }, (_, i) => Math.sin(i));
  const [{ dims, data: values }] = await session.infer({ image: { type: 'float32', data, dims: [1, 1, side, side] } });
  await session.close();
  return { dims, values };
}

const roundsUp = (model: Uint8Array) =>
  readModel(model).graph?.nodes.some(({ attributes }) => attributes.some(({ name }) => name === 'ceil_mode'));

describe('floorPools', () => {
  it.each(['AveragePool', 'MaxPool'])(
    'gives the bits of %s, which rounded up, at every side that was promised',
    async (operator) => {
      const model = network(operator, HALVING);
      const floored = floorPools(model, 32) as Uint8Array;
      expect([roundsUp(model), roundsUp(floored)]).toEqual([true, false]);
      for (const side of [32, 64, 96]) expect(await run(floored, side)).toEqual(await run(model, side));
    },
  );

  it('takes the fixed side of a file', () => {
    expect(floorPools(network('MaxPool', HALVING, [12, 12]), 1)).toBeDefined();
    expect(floorPools(network('MaxPool', HALVING, [10, 10]), 32)).toBeUndefined();
    expect(floorPools(network('MaxPool', HALVING, [32, 30]), 32)).toBeUndefined();
  });

  it.each([
    ['of sides that may be odd there', network('MaxPool', HALVING), 2],
    ['whose windows leave a rest', network('MaxPool', { ...HALVING, kernel_shape: [3n, 3n] }), 32],
    ['whose windows leave a rest on one axis', network('MaxPool', { ...HALVING, strides: [2n, 3n] }), 32],
    ['that pads by itself', network('MaxPool', { ...HALVING, auto_pad: 'SAME_UPPER' }), 32],
    ['behind an operator of unknown size', network('MaxPool', HALVING, ['h', 'w'], 'ConvTranspose'), 32],
    ['that rounds down', network('MaxPool', { ...HALVING, ceil_mode: 0n }), 32],
    ['that is none', Uint8Array.of(1, 2, 3), 32],
  ])('leaves a pool alone %s', (_, model, divisor) => {
    expect(floorPools(model, divisor)).toBeUndefined();
  });

  it('is not misled by weights that are listed among the inputs', () => {
    const model = readModel(network('MaxPool', HALVING));
    const graph = model.graph!;
    const [{ name }] = graph.initializers;
    graph.inputs.push({ ...graph.inputs[0], name });
    const [image] = graph.inputs;
    image.type!.tensor!.shape!.dimensions[2] = { value: 31n };
    expect(floorPools(writeModel(model), 32)).toBeUndefined();
  });
});

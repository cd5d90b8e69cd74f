// Reading and writing ONNX files, and building graphs that the runtime takes.
import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ModelFileError } from '../../src/errors.js';
import { openSession } from '../../src/node/runtime/onnx-session.js';
import { GraphBuilder } from '../../src/onnx/graph-builder.js';
import { readModel, writeModel } from '../../src/onnx/model.js';
import { needsReference, reference, referenceModel } from '../support/reference.js';

/** `y = x + 1` over `[n]`, worked by hand from onnx.proto: tag = field number * 8 + wire type. */
// biome-ignore format: one field a line
const ADD_ONE = [
  0x08, 8, // ir_version
  0x12, 1, 0x74, // producer_name "t"
  0x3a, 62, // graph
    0x0a, 14, // node
      0x0a, 1, 0x78, 0x0a, 1, 0x63, // input "x", "c"
      0x12, 1, 0x79, // output "y"
      0x22, 3, 0x41, 0x64, 0x64, // op_type "Add"
    0x12, 1, 0x67, // name "g"
    0x2a, 11, // initializer
      0x10, 1, // data_type FLOAT
      0x42, 1, 0x63, // name "c"
      0x4a, 4, 0, 0, 0x80, 0x3f, // raw_data 1.0
    0x5a, 13, // input
      0x0a, 1, 0x78, // name "x"
      0x12, 8, // type
        0x0a, 6, 0x08, 1, 0x12, 2, 0x0a, 0, // tensor: FLOAT, shape of one open dimension
    0x62, 13, // output
      0x0a, 1, 0x79, 0x12, 8, 0x0a, 6, 0x08, 1, 0x12, 2, 0x0a, 0,
  0x42, 4, // opset_import
    0x0a, 0, // domain ""
    0x10, 16, // version
];

const run = async (bytes: Uint8Array, x: Float32Array) => {
  const session = await openSession(bytes);
  const [y] = await session.infer({ x: { type: 'float32', data: x, dims: [x.length] } });
  await session.close();
  return [...(y.data as Float32Array)];
};

describe('readModel and writeModel', () => {
  it('reads bytes worked by hand, and writes the same bytes', async () => {
    const bytes = Uint8Array.from(ADD_ONE);
    const model = readModel(bytes);
    expect(model).toMatchObject({ irVersion: 8n, producerName: 't', operatorSets: [{ domain: '', version: 16n }] });
    expect(model.graph?.nodes).toMatchObject([{ operator: 'Add', inputs: ['x', 'c'], outputs: ['y'] }]);
    expect(model.graph?.initializers).toMatchObject([{ name: 'c', rawData: Uint8Array.of(0, 0, 0x80, 0x3f) }]);
    expect(model.graph?.inputs[0].type?.tensor).toEqual({ elementType: 1, shape: { dimensions: [{}] } });
    expect(writeModel(model)).toEqual(bytes);
    expect(await run(writeModel(model), Float32Array.of(1, 2.5))).toEqual([2, 3.5]);
  });

  it('keeps fields it does not know, in every wire type', () => {
    const unknown = [
      [0xa0, 0x06, 0x96, 0x01], // 100: varint 150
      [0xa5, 0x06, 1, 2, 3, 4], // 100: 32 bits
      [0xa1, 0x06, 1, 2, 3, 4, 5, 6, 7, 8], // 100: 64 bits
      [0xa2, 0x06, 3, 1, 2, 3], // 100: 3 bytes
    ].flat();
    const bytes = Uint8Array.from([...ADD_ONE, ...unknown]);
    expect(writeModel(readModel(bytes))).toEqual(bytes);
  });

  it('takes repeated numbers packed and one by one', () => {
    const tensor = (dims: number[]) => {
      const graph = [0x2a, dims.length, ...dims];
      return readModel(Uint8Array.from([0x08, 8, 0x3a, graph.length, ...graph])).graph?.initializers[0].dimensions;
    };
    expect(tensor([0x08, 2, 0x08, 3])).toEqual([2n, 3n]);
    expect(tensor([0x0a, 2, 2, 3])).toEqual([2n, 3n]);
  });

  it('keeps numbers exact: int64 ends, -0, infinities, text beyond ASCII', () => {
    const g = new GraphBuilder('g');
    const ints = [-(2n ** 63n), 2n ** 63n - 1n, -1n];
    g.add('Odd', [], { ints, floats: [-0, Number.POSITIVE_INFINITY, 2 ** -149], int: ints[0] }, '\ufeffname \u{1f642}');
    const model = g.model({ opset: 16, producerName: 'test' });
    const again = readModel(writeModel(model));
    expect(again).toEqual(model);
    expect(Object.is(again.graph?.nodes[0].attributes[1].floats[0], -0)).toBe(true);
  });

  it('refuses every truncation of a file', () => {
    // Cut inside the graph; behind it a shorter file is a whole one without its last fields.
    for (let length = 0; length < ADD_ONE.length - 6; length++) {
      expect(() => readModel(Uint8Array.from(ADD_ONE.slice(0, length))), `${length} bytes`).toThrow(ModelFileError);
    }
  });

  it('answers any bytes with a model or a ModelFileError', () => {
    const mutated = fc
      .array(fc.tuple(fc.nat(ADD_ONE.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 })
      .map((edits) => {
        const bytes = Uint8Array.from(ADD_ONE);
        for (const [index, value] of edits) bytes[index] = value;
        return bytes;
      });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), mutated), (bytes) => {
        try {
          writeModel(readModel(bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(ModelFileError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('refuses other files, and messages nested without end', () => {
    const text = new TextEncoder();
    for (const bytes of [
      text.encode('\x89PNG\r\n\x1a\n'),
      text.encode('<!doctype html><title>Not found</title>'),
      text.encode('version https://git-lfs.github.com/spec/v1\n'),
      new Uint8Array(0),
      new Uint8Array(1000),
    ]) {
      expect(() => readModel(bytes, 'x.onnx')).toThrow(/^Expected an ONNX network for x\.onnx but received /);
    }
    // graph > node > attribute > graph > ..., each one byte of content longer than the next
    let nested: number[] = [];
    const varint = (n: number): number[] => (n < 128 ? [n] : [(n & 127) | 128, ...varint(n >> 7)]);
    for (let i = 0; i < 3001; i++) nested = [[0x0a, 0x32, 0x2a][i % 3], ...varint(nested.length), ...nested];
    expect(() => readModel(Uint8Array.from([0x08, 8, 0x3a, ...varint(nested.length), ...nested]))).toThrow(
      ModelFileError,
    );
  });

  it.skipIf(!reference).each(['det_2.5g.onnx', 'det_500m_batched.onnx', '2d106det_standin.onnx'])(
    `%s: written as it was read, byte for byte${needsReference}`,
    (file) => {
      const bytes = readFileSync(referenceModel(file));
      expect(Buffer.compare(writeModel(readModel(bytes)), bytes)).toBe(0);
    },
  );
});

describe('GraphBuilder', () => {
  it('builds a graph that runs, with constants, attributes, an inner graph and several outputs', async () => {
    const g = new GraphBuilder('halves');
    const x = g.input('x', 'float', ['n']);
    const scope = g.scope('stage');
    const [low, high] = scope.addMany('Split', [scope.add('Mul', [x, g.float(2)])], 2, { axis: 0n });
    const branch = (name: string, operator: string) => {
      const inner = scope.subgraph(name);
      inner.output(inner.add(operator, [low, high]), 'float', [undefined]);
      return inner.build();
    };
    const first = scope.add('ReduceMax', [x], { keepdims: 0n });
    const negative = scope.add('Less', [first, g.float(0)]);
    const y = scope.add(
      'If',
      [negative],
      { then_branch: branch('then', 'Add'), else_branch: branch('else', 'Sub') },
      'y',
    );
    g.output(y, 'float', ['n / 2']);
    const bytes = writeModel(g.model({ opset: 16, producerName: 'test', metadata: { key: 'value' } }));
    expect(await run(bytes, Float32Array.of(1, 2, 3, 5))).toEqual([-4, -6]);
    expect(await run(bytes, Float32Array.of(-1, -2, -3, -5))).toEqual([-8, -14]);
    const { graph, metadata } = readModel(bytes);
    expect(metadata).toEqual([{ key: 'key', value: 'value' }]);
    expect(graph?.nodes.map((node) => node.name)).toEqual([
      'stage/Mul',
      'stage/Split',
      'stage/ReduceMax',
      'stage/Less',
      'stage/If',
    ]);
  });

  it('never gives a name twice and stores equal constants once', () => {
    const g = new GraphBuilder('g');
    const names = [
      g.add('A', []),
      g.add('A', []),
      g.scope('s').add('A', []),
      g.scope('s').add('A', []),
      ...g.addMany('A', [], 2),
    ];
    expect(new Set(names).size).toBe(names.length);
    expect(g.float([1, 2])).toBe(g.float([1, 2]));
    expect(new Set([g.float(1), g.float([1]), g.int64(1), g.float(0), g.float(-0)]).size).toBe(5);
    expect(() => g.float([1, 2, 3], [2, 2])).toThrow(RangeError);
  });
});

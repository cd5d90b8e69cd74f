import type { GraphBuilder, Value } from './graph-builder.js';
import { DATA_TYPES, type DataType } from './schema.js';

/** A value of the graph, or a number that becomes a float32 constant. */
export type Operand = Value | number;

/** As the end of a slice: all that is left. */
export const LAST = Number.MAX_SAFE_INTEGER;

/** Short names for ONNX operators, so that a stage reads like the arithmetic of its TypeScript twin. */
export function operators(g: GraphBuilder) {
  const value = (operand: Operand) => (typeof operand === 'number' ? g.float(operand) : operand);
  const unary = (operator: string) => (x: Operand) => g.add(operator, [value(x)]);
  const binary = (operator: string) => (a: Operand, b: Operand) => g.add(operator, [value(a), value(b)]);
  const add = binary('Add');
  const cast = (x: Value, type: DataType) => g.add('Cast', [x], { to: BigInt(DATA_TYPES[type]) });
  const slice = (x: Value, start: Value | number, end: Value | number, axis: number) => {
    const index = (at: Value | number) => (typeof at === 'number' ? g.int64([at]) : at);
    return g.add('Slice', [x, index(start), index(end), g.int64([axis])]);
  };
  return {
    add,
    sub: binary('Sub'),
    mul: binary('Mul'),
    div: binary('Div'),
    min: binary('Min'),
    max: binary('Max'),
    less: binary('Less'),
    greater: binary('Greater'),
    equal: binary('Equal'),
    and: binary('And'),
    abs: unary('Abs'),
    neg: unary('Neg'),
    sign: unary('Sign'),
    sqrt: unary('Sqrt'),
    floor: unary('Floor'),
    where: (condition: Value, yes: Operand, no: Operand) => g.add('Where', [condition, value(yes), value(no)]),
    clip: (x: Value, low: Operand, high: Operand) => g.add('Clip', [x, value(low), value(high)]),
    cast,
    concat: (values: readonly Value[], axis: number) => g.add('Concat', values, { axis: BigInt(axis) }),
    gather: (x: Value, indices: Value | number, axis = 0) =>
      g.add('Gather', [x, typeof indices === 'number' ? g.int64(indices) : indices], { axis: BigInt(axis) }),
    /**
     * Single elements along the last axis, at the same int32 indices in every row. The runtime copies an element here
     * ten times as fast as a `Gather` of one element or of three.
     */
    pick: (x: Value, indices: Value) => {
      const rows = g.add('Concat', [slice(g.add('Shape', [x]), 0, -1, 0), g.int64([1])], { axis: 0n });
      return g.add('GatherElements', [x, g.add('Expand', [indices, rows])], { axis: -1n });
    },
    reshape: (x: Value, shape: Value | readonly number[]) =>
      g.add('Reshape', [x, typeof shape === 'string' ? shape : g.int64(shape)]),
    transpose: (x: Value, order: readonly number[]) => g.add('Transpose', [x], { perm: order.map(BigInt) }),
    slice,
    /** One value for each index along an axis; the axis stays, with length 1. */
    split: (x: Value, count: number, axis: number) =>
      g.addMany('Split', [x, g.int64(Array(count).fill(1))], count, { axis: BigInt(axis) }),
    /** First to last, one rounding at a time: the order in which the pipeline adds. */
    sum: (values: readonly Value[]) => values.slice(1).reduce((total, x) => add(total, x), values[0]),
  };
}

import { toFloat16 } from './float16.js';
import { DATA_TYPES, type DataType, type TensorData } from './schema.js';

/** Element types that constants come in. */
export type ConstantType = Extract<DataType, 'float' | 'float16' | 'double' | 'int64' | 'int32' | 'uint8' | 'bool'>;

/** Little endian on every machine, as the format asks. */
const ENCODERS: Record<ConstantType, { size: number; set(view: DataView, offset: number, value: number): void }> = {
  float: { size: 4, set: (view, offset, value) => view.setFloat32(offset, value, true) },
  float16: {
    size: 2,
    set(view, offset, value) {
      const half = toFloat16(value);
      if (half === undefined) throw new RangeError(`${value} is no 16-bit float`);
      view.setUint16(offset, half, true);
    },
  },
  double: { size: 8, set: (view, offset, value) => view.setFloat64(offset, value, true) },
  int64: { size: 8, set: (view, offset, value) => view.setBigInt64(offset, BigInt(value), true) },
  int32: { size: 4, set: (view, offset, value) => view.setInt32(offset, value, true) },
  uint8: { size: 1, set: (view, offset, value) => view.setUint8(offset, value) },
  bool: { size: 1, set: (view, offset, value) => view.setUint8(offset, value ? 1 : 0) },
};

/** A named tensor whose elements lie in the file. */
export function tensorData(
  name: string,
  type: ConstantType,
  values: ArrayLike<number>,
  shape: readonly number[] = [values.length],
): TensorData {
  const count = shape.reduce((product, side) => product * side, 1);
  if (count !== values.length) throw new RangeError(`${name}: ${values.length} values for the shape [${shape}]`);
  const { size, set } = ENCODERS[type];
  const rawData = new Uint8Array(count * size);
  const view = new DataView(rawData.buffer);
  for (let i = 0; i < count; i++) set(view, i * size, values[i]);
  return {
    name,
    dataType: DATA_TYPES[type],
    dimensions: shape.map(BigInt),
    rawData,
    floatData: [],
    int32Data: [],
    stringData: [],
    int64Data: [],
    doubleData: [],
    uint64Data: [],
    externalData: [],
    metadata: [],
  };
}

import {
  bytes,
  double,
  type Fields,
  float,
  int32,
  int64,
  type Message,
  message,
  packed,
  repeated,
  string,
  uint64,
} from './wire.js';

/** Element types of a tensor, as `TensorProto.DataType` numbers them. */
export const DATA_TYPES = {
  float: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  double: 11,
} as const;
export type DataType = keyof typeof DATA_TYPES;

/** What an attribute holds, as `AttributeProto.AttributeType` numbers it. */
export const ATTRIBUTE_TYPES = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  graph: 5,
  floats: 6,
  ints: 7,
  strings: 8,
} as const;

/** `TensorProto.DataLocation.EXTERNAL`: the values lie in another file. */
export const EXTERNAL_DATA = 1;

export interface StringEntry extends Message {
  key?: string | undefined;
  value?: string | undefined;
}

export interface OperatorSetId extends Message {
  /** Empty or absent: the operators of ONNX itself. */
  domain?: string | undefined;
  version?: bigint | undefined;
}

export interface Dimension extends Message {
  value?: bigint | undefined;
  /** Name of a dimension that varies. */
  parameter?: string | undefined;
  denotation?: string | undefined;
}

export interface TensorShape extends Message {
  dimensions: Dimension[];
}

export interface TensorType extends Message {
  elementType?: number | undefined;
  /** Absent: any rank. */
  shape?: TensorShape | undefined;
}

export interface ValueType extends Message {
  tensor?: TensorType | undefined;
  denotation?: string | undefined;
}

export interface ValueInfo extends Message {
  name?: string | undefined;
  type?: ValueType | undefined;
  docString?: string | undefined;
  metadata: StringEntry[];
}

export interface TensorData extends Message {
  dimensions: bigint[];
  dataType?: number | undefined;
  floatData: number[];
  int32Data: number[];
  stringData: Uint8Array[];
  int64Data: bigint[];
  name?: string | undefined;
  /** The elements, little endian; the other arrays are empty then. */
  rawData?: Uint8Array | undefined;
  doubleData: number[];
  uint64Data: bigint[];
  docString?: string | undefined;
  externalData: StringEntry[];
  dataLocation?: number | undefined;
  metadata: StringEntry[];
}

export interface Attribute extends Message {
  name?: string | undefined;
  float?: number | undefined;
  int?: bigint | undefined;
  string?: Uint8Array | undefined;
  tensor?: TensorData | undefined;
  graph?: Graph | undefined;
  floats: number[];
  ints: bigint[];
  strings: Uint8Array[];
  tensors: TensorData[];
  graphs: Graph[];
  docString?: string | undefined;
  type?: number | undefined;
  referenceName?: string | undefined;
}

export interface Node extends Message {
  /** Value names; an empty one is an optional input that was left out. */
  inputs: string[];
  outputs: string[];
  name?: string | undefined;
  operator?: string | undefined;
  attributes: Attribute[];
  docString?: string | undefined;
  domain?: string | undefined;
  overload?: string | undefined;
  metadata: StringEntry[];
}

export interface Graph extends Message {
  nodes: Node[];
  name?: string | undefined;
  initializers: TensorData[];
  docString?: string | undefined;
  inputs: ValueInfo[];
  outputs: ValueInfo[];
  valueInfo: ValueInfo[];
  metadata: StringEntry[];
}

export interface Model extends Message {
  irVersion?: bigint | undefined;
  producerName?: string | undefined;
  producerVersion?: string | undefined;
  domain?: string | undefined;
  modelVersion?: bigint | undefined;
  docString?: string | undefined;
  graph?: Graph | undefined;
  operatorSets: OperatorSetId[];
  metadata: StringEntry[];
}

// Field numbers and packing of onnx.proto (github.com/onnx/onnx), whose syntax is proto2: only the typed arrays of a
// tensor are packed. Sparse tensors, training information, model-local functions and whatever comes later are not named
// here; such fields travel through unread.

const STRING_ENTRY: Fields<StringEntry> = { key: string(1), value: string(2) };
const stringEntry = (number: number) => repeated(message<StringEntry>(number, () => STRING_ENTRY));

const OPERATOR_SET_ID: Fields<OperatorSetId> = { domain: string(1), version: int64(2) };

const DIMENSION: Fields<Dimension> = { value: int64(1), parameter: string(2), denotation: string(3) };

const TENSOR_SHAPE: Fields<TensorShape> = { dimensions: repeated(message<Dimension>(1, () => DIMENSION)) };

const TENSOR_TYPE: Fields<TensorType> = {
  elementType: int32(1),
  shape: message<TensorShape>(2, () => TENSOR_SHAPE),
};

const VALUE_TYPE: Fields<ValueType> = { tensor: message<TensorType>(1, () => TENSOR_TYPE), denotation: string(6) };

const VALUE_INFO: Fields<ValueInfo> = {
  name: string(1),
  type: message<ValueType>(2, () => VALUE_TYPE),
  docString: string(3),
  metadata: stringEntry(4),
};

const TENSOR_DATA: Fields<TensorData> = {
  dimensions: repeated(int64(1)),
  dataType: int32(2),
  floatData: packed(float(4)),
  int32Data: packed(int32(5)),
  stringData: repeated(bytes(6)),
  int64Data: packed(int64(7)),
  name: string(8),
  rawData: bytes(9),
  doubleData: packed(double(10)),
  uint64Data: packed(uint64(11)),
  docString: string(12),
  externalData: stringEntry(13),
  dataLocation: int32(14),
  metadata: stringEntry(16),
};

const ATTRIBUTE: Fields<Attribute> = {
  name: string(1),
  float: float(2),
  int: int64(3),
  string: bytes(4),
  tensor: message<TensorData>(5, () => TENSOR_DATA),
  graph: message<Graph>(6, () => GRAPH),
  floats: repeated(float(7)),
  ints: repeated(int64(8)),
  strings: repeated(bytes(9)),
  tensors: repeated(message<TensorData>(10, () => TENSOR_DATA)),
  graphs: repeated(message<Graph>(11, () => GRAPH)),
  docString: string(13),
  type: int32(20),
  referenceName: string(21),
};

const NODE: Fields<Node> = {
  inputs: repeated(string(1)),
  outputs: repeated(string(2)),
  name: string(3),
  operator: string(4),
  attributes: repeated(message<Attribute>(5, () => ATTRIBUTE)),
  docString: string(6),
  domain: string(7),
  overload: string(8),
  metadata: stringEntry(9),
};

const GRAPH: Fields<Graph> = {
  nodes: repeated(message<Node>(1, () => NODE)),
  name: string(2),
  initializers: repeated(message<TensorData>(5, () => TENSOR_DATA)),
  docString: string(10),
  inputs: repeated(message<ValueInfo>(11, () => VALUE_INFO)),
  outputs: repeated(message<ValueInfo>(12, () => VALUE_INFO)),
  valueInfo: repeated(message<ValueInfo>(13, () => VALUE_INFO)),
  metadata: stringEntry(16),
};

export const MODEL: Fields<Model> = {
  irVersion: int64(1),
  producerName: string(2),
  producerVersion: string(3),
  domain: string(4),
  modelVersion: int64(5),
  docString: string(6),
  graph: message<Graph>(7, () => GRAPH),
  operatorSets: repeated(message<OperatorSetId>(8, () => OPERATOR_SET_ID)),
  metadata: stringEntry(14),
};

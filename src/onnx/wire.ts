import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** A field that the schema does not name, as it stood in the file. */
export interface UnknownField {
  number: number;
  wireType: WireType;
  data: Uint8Array;
}

/** Every message: fields absent from the file are undefined, repeated ones an empty array. */
export interface Message {
  unknownFields?: UnknownField[] | undefined;
}

/** How one field, or one element of a repeated field, lies in the file. */
export interface Field<T> {
  number: number;
  wireType: WireType;
  repeat?: 'packed' | 'plain' | undefined;
  read(reader: BinaryReader, depth: number): T;
  write(writer: BinaryWriter, value: T): void;
}

interface RepeatedField<T> extends Field<T> {
  repeat: 'packed' | 'plain';
}

type FieldOf<T> = T extends readonly (infer Element)[] ? RepeatedField<Element> : Field<T>;

/** One {@link Field} for each property of a message. */
export type Fields<T extends Message> = {
  readonly [K in Exclude<keyof T, keyof Message>]-?: FieldOf<NonNullable<T[K]>>;
};

type AnyFields = Readonly<Record<string, Field<unknown>>>;
type AnyMessage = Message & Record<string, unknown>;

export const string = (number: number): Field<string> => ({
  number,
  wireType: WireType.LengthDelimited,
  read: (reader) => reader.string(true),
  write: (writer, value) => writer.string(value),
});

/** Shares memory with the file that is read. */
export const bytes = (number: number): Field<Uint8Array> => ({
  number,
  wireType: WireType.LengthDelimited,
  read: (reader) => reader.bytes(),
  write: (writer, value) => writer.bytes(value),
});

export const int32 = (number: number): Field<number> => ({
  number,
  wireType: WireType.Varint,
  read: (reader) => reader.int32(),
  write: (writer, value) => writer.int32(value),
});

export const int64 = (number: number): Field<bigint> => ({
  number,
  wireType: WireType.Varint,
  read: (reader) => BigInt(reader.int64()),
  write: (writer, value) => writer.int64(value),
});

export const uint64 = (number: number): Field<bigint> => ({
  number,
  wireType: WireType.Varint,
  read: (reader) => BigInt(reader.uint64()),
  write: (writer, value) => writer.uint64(value),
});

export const float = (number: number): Field<number> => ({
  number,
  wireType: WireType.Bit32,
  read: (reader) => reader.float(),
  write: (writer, value) => writer.float(value),
});

export const double = (number: number): Field<number> => ({
  number,
  wireType: WireType.Bit64,
  read: (reader) => reader.double(),
  write: (writer, value) => writer.double(value),
});

/** A message inside a message; its fields come through a function because graphs and attributes hold each other. */
export const message = <T extends Message>(number: number, fields: () => Fields<T>): Field<T> => ({
  number,
  wireType: WireType.LengthDelimited,
  read: (reader, depth) => readMessage(fields(), reader.bytes(), depth + 1),
  write: (writer, value) => writeMessage(fields(), value, writer.fork()).join(),
});

/** One tag for each element, as proto2 writes them. */
export const repeated = <T>(field: Field<T>): RepeatedField<T> => ({ ...field, repeat: 'plain' });

/** All elements behind one tag. */
export const packed = <T>(field: Field<T>): RepeatedField<T> => ({ ...field, repeat: 'packed' });

/** Deeper than any graph of control flow; a file that nests further is not a network. */
const MAX_DEPTH = 200;

/**
 * Reads one message. Repeated numbers are taken packed or one by one, whichever way they were written.
 * @throws Error (of the protobuf library, or ours) for bytes that are not this message
 */
export function readMessage<T extends Message>(fields: Fields<T>, data: Uint8Array, depth = 0): T {
  if (depth > MAX_DEPTH) throw new RangeError(`messages nested deeper than ${MAX_DEPTH}`);
  const entries = Object.entries(fields as AnyFields);
  const byNumber = new Map(entries.map(([name, field]) => [field.number, { name, field }]));
  const result: AnyMessage = {};
  for (const [name, { repeat }] of entries) if (repeat) result[name] = [];

  const reader = new BinaryReader(data);
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    const known = byNumber.get(number);
    if (!known) {
      result.unknownFields ??= [];
      result.unknownFields.push({ number, wireType, data: reader.skip(wireType, number) });
      continue;
    }
    const { name, field } = known;
    if (field.repeat && wireType !== field.wireType && wireType === WireType.LengthDelimited) {
      const elements = new BinaryReader(reader.bytes());
      const list = result[name] as unknown[];
      while (elements.pos < elements.len) list.push(field.read(elements, depth));
    } else if (wireType !== field.wireType) {
      throw new TypeError(`field ${number} (${name}) has wire type ${wireType}`);
    } else if (field.repeat) {
      (result[name] as unknown[]).push(field.read(reader, depth));
    } else {
      result[name] = field.read(reader, depth);
    }
  }
  return result as T;
}

/** Writes the fields of a message by ascending number, as the usual libraries do, then what the schema does not name. */
export function writeMessage<T extends Message>(
  fields: Fields<T>,
  value: T,
  writer = new BinaryWriter(),
): BinaryWriter {
  const entries = Object.entries(fields as AnyFields).sort(([, a], [, b]) => a.number - b.number);
  for (const [name, field] of entries) {
    const content = (value as AnyMessage)[name];
    if (content === undefined) continue;
    const elements = field.repeat ? (content as unknown[]) : [content];
    if (field.repeat === 'packed') {
      if (elements.length === 0) continue;
      writer.tag(field.number, WireType.LengthDelimited).fork();
      for (const element of elements) field.write(writer, element);
      writer.join();
    } else {
      for (const element of elements) {
        writer.tag(field.number, field.wireType);
        field.write(writer, element);
      }
    }
  }
  for (const { number, wireType, data } of value.unknownFields ?? []) writer.tag(number, wireType).raw(data);
  return writer;
}

/**
 * A table of a flatbuffer (https://flatbuffers.dev/internals): little endian, every field optional, found over a table of
 * offsets. Each access is checked by `DataView`, which throws a RangeError beyond the end.
 */
export class FlatTable {
  readonly #view: DataView;
  readonly #position: number;

  constructor(view: DataView, position: number) {
    this.#view = view;
    this.#position = position;
  }

  /** The outermost table of a file. */
  static root(bytes: Uint8Array): FlatTable {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return new FlatTable(view, view.getUint32(0, true));
  }

  /** Where the value of a field lies, or undefined where it has its default. */
  #locate(field: number): number | undefined {
    const offsets = this.#position - this.#view.getInt32(this.#position, true);
    const entry = 4 + 2 * field;
    if (entry >= this.#view.getUint16(offsets, true)) return undefined;
    const offset = this.#view.getUint16(offsets + entry, true);
    return offset === 0 ? undefined : this.#position + offset;
  }

  /** Follows the offset that stands at a place. */
  #follow(at: number): number {
    return at + this.#view.getUint32(at, true);
  }

  int8(field: number, missing = 0): number {
    const at = this.#locate(field);
    return at === undefined ? missing : this.#view.getInt8(at);
  }

  int32(field: number, missing = 0): number {
    const at = this.#locate(field);
    return at === undefined ? missing : this.#view.getInt32(at, true);
  }

  /** A table in a field, or in a field of a union. */
  table(field: number): FlatTable | undefined {
    const at = this.#locate(field);
    return at === undefined ? undefined : new FlatTable(this.#view, this.#follow(at));
  }

  /** Number of elements of a vector, and where they begin. */
  #vector(field: number): { start: number; length: number } {
    const at = this.#locate(field);
    if (at === undefined) return { start: 0, length: 0 };
    const start = this.#follow(at);
    return { start: start + 4, length: this.#view.getUint32(start, true) };
  }

  tables(field: number): FlatTable[] {
    const { start, length } = this.#vector(field);
    const tables: FlatTable[] = [];
    for (let i = 0; i < length; i++) tables.push(new FlatTable(this.#view, this.#follow(start + 4 * i)));
    return tables;
  }

  int32s(field: number): number[] {
    const { start, length } = this.#vector(field);
    const values: number[] = [];
    for (let i = 0; i < length; i++) values.push(this.#view.getInt32(start + 4 * i, true));
    return values;
  }

  /** A vector of bytes, or a string. Shares memory with the file. */
  bytes(field: number): Uint8Array {
    const { start, length } = this.#vector(field);
    if (start + length > this.#view.byteLength) throw new RangeError('A vector reaches beyond the end of the file.');
    return new Uint8Array(this.#view.buffer, this.#view.byteOffset + start, length);
  }

  string(field: number): string {
    return new TextDecoder().decode(this.bytes(field));
  }
}

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type ndarray from 'ndarray';

/** A file of test/fixtures. */
export const fixture = (name: string): Uint8Array => readFileSync(new URL(`../fixtures/${name}`, import.meta.url));

export const jsonFixture = <T>(name: string): T => JSON.parse(Buffer.from(fixture(name)).toString()) as T;

/** SHA-256 over the bytes of a typed array, hexadecimal. */
export const sha256 = (data: ArrayBufferView): string =>
  createHash('sha256')
    .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    .digest('hex');

export const flat = <T extends ArrayLike<number>>(array: ndarray.NdArray<T & ndarray.Data<number>>): T =>
  array.data as T;

import { sha256 } from '@noble/hashes/sha2';
import { bytesToHex } from '@noble/hashes/utils';

/** SHA-256 of some bytes in hexadecimal. By the platform where it offers that: pages without a secure context do not. */
export async function sha256Hex(bytes: Uint8Array<ArrayBufferLike>): Promise<string> {
  const { subtle } = globalThis.crypto ?? {};
  if (subtle === undefined) return bytesToHex(sha256(bytes));
  return bytesToHex(new Uint8Array(await subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>)));
}

const MAX_TEXT = 80;
const shorten = (text: string) => (text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT - 3)}...` : text);

/** A short text for any value, for error messages, from which its type can be seen. Never throws. */
export function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(shorten(value));
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || value === null) return shorten(String(value));
  try {
    if (Array.isArray(value)) return `an array of ${value.length}`;
    const name: unknown = value.constructor?.name;
    const type = typeof name === 'string' ? shorten(name) : 'no prototype';
    return ArrayBuffer.isView(value) ? `${type} of ${value.byteLength} bytes` : `an object (${type})`;
  } catch {
    // A revoked proxy, or a property that throws.
    return 'an object that cannot be looked at';
  }
}

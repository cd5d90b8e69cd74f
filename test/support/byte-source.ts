const NUMBERS = [
  0,
  -0,
  1,
  -1,
  0.5,
  2,
  255,
  2 ** 31,
  2 ** 32,
  Number.MAX_SAFE_INTEGER,
  1e-45,
  1e-300,
  3.4e38,
  -3.4e38,
  1e300,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
];

/** Turns any bytes into choices, so that whatever a test did can be repeated from the bytes, and made smaller. */
export class ByteSource {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** 0 behind the end: shorter bytes make simpler choices. */
  byte(): number {
    return this.#bytes[this.#at++] ?? 0;
  }

  bool(): boolean {
    return this.byte() % 2 === 1;
  }

  /** From `min` to `max`, both included. */
  integer(min: number, max: number): number {
    return min + ((this.byte() | (this.byte() << 8)) % (max - min + 1));
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.byte() % choices.length];
  }

  /** Ordinary numbers and those at which arithmetic ends. */
  number(): number {
    if (this.byte() < 64) return this.pick(NUMBERS);
    return ((this.byte() | (this.byte() << 8)) - 32768) / this.pick([1, 16, 256, 65536]);
  }

  /** A value of any kind. */
  value(): unknown {
    switch (this.byte() % 10) {
      case 0:
        return undefined;
      case 1:
        return null;
      case 2:
        return this.bool();
      case 3:
        return this.pick(['', 'rgb', 'bgr', 'jimp', 'constructor', '__proto__', '1']);
      case 4:
        return [this.number(), this.number()];
      case 5:
        return { x: this.number() };
      case 6:
        return Symbol('any');
      case 7:
        return 10n;
      default:
        return this.number();
    }
  }

  rest(): Uint8Array {
    return this.#bytes.subarray(this.#at);
  }
}

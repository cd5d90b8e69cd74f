// The globals that every platform has besides the language itself. Only tsconfig.pure.json reads this file, so that pure code
// that uses any other global does not compile.
declare const performance: { now(): number };

declare abstract class AbortSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  throwIfAborted(): void;
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

declare function structuredClone<T>(value: T, options?: { transfer?: ArrayBuffer[] }): T;

declare var crypto: { subtle?: { digest(name: 'SHA-256', data: Uint8Array): Promise<ArrayBuffer> } } | undefined;

declare function atob(base64: string): string;

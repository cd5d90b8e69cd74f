/** 1 while the call that a thread works on is aborted. Shared with the thread. */
export type AbortFlag = Int32Array<SharedArrayBuffer>;

/**
 * The abort of a call in the thread that works on it. Whoever looks at its signal sees the flag, also where nothing ever turns
 * the event loop (a network in WebAssembly never does); whoever listens hears `abort()`, which a message calls.
 */
export function threadAbort(flag: AbortFlag): AbortController {
  const controller = new AbortController();
  const { signal } = controller;
  const throwIfAborted = () => {
    if (Atomics.load(flag, 0) === 1) controller.abort();
    AbortSignal.prototype.throwIfAborted.call(signal);
  };
  Object.defineProperty(signal, 'throwIfAborted', { value: throwIfAborted });
  return controller;
}

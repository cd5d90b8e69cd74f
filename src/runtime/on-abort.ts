interface Waiting {
  callbacks: Set<() => void>;
  listener: () => void;
}

const waitingFor = new WeakMap<AbortSignal, Waiting>();

function listen(signal: AbortSignal): Waiting {
  const callbacks = new Set<() => void>();
  const listener = () => {
    waitingFor.delete(signal);
    for (const callback of callbacks) callback();
  };
  signal.addEventListener('abort', listener, { once: true });
  const waiting = { callbacks, listener };
  waitingFor.set(signal, waiting);
  return waiting;
}

/**
 * Calls back once when a signal is aborted, not when it already was. However many calls share a signal, it has one listener:
 * Node warns of a leak from the eleventh on.
 * @returns takes the callback back
 */
export function onAbort(signal: AbortSignal | undefined, callback: () => void): () => void {
  if (!signal) return () => {};
  const { callbacks, listener } = waitingFor.get(signal) ?? listen(signal);
  const own = () => callback();
  callbacks.add(own);
  return () => {
    callbacks.delete(own);
    if (callbacks.size > 0 || waitingFor.get(signal)?.listener !== listener) return;
    waitingFor.delete(signal);
    signal.removeEventListener('abort', listener);
  };
}

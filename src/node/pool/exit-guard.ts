/** Flags of threads that live: 1 while one must not be ended, 0 while it may. Shared with the thread. */
export type BusyFlag = Int32Array<SharedArrayBuffer>;

/** Milliseconds that the end of the process waits for a thread, should one never become idle. */
const PATIENCE = 60_000;

const flags = new Set<BusyFlag>();

function waitForAll(): void {
  for (const flag of flags) Atomics.wait(flag, 0, 1, PATIENCE);
}

/**
 * Holds up the end of the process, by `process.exit` or an uncaught exception, until the thread is idle: onnxruntime aborts
 * the whole process when a thread is ended while a network runs in it.
 */
export function guardExit(flag: BusyFlag): void {
  if (flags.size === 0) process.on('exit', waitForAll);
  flags.add(flag);
}

/** For a thread that has ended. */
export function releaseExit(flag: BusyFlag): void {
  flags.delete(flag);
  if (flags.size === 0) process.off('exit', waitForAll);
}

export const newFlag = (): BusyFlag => new Int32Array(new SharedArrayBuffer(4)).fill(1);

export const setBusy = (flag: BusyFlag): void => {
  Atomics.store(flag, 0, 1);
};

export const setIdle = (flag: BusyFlag): void => {
  Atomics.store(flag, 0, 0);
  Atomics.notify(flag, 0);
};

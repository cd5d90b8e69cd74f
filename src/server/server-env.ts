import type { IncomingMessage } from 'node:http';

/** Facts about a request that only the listener knows. They are missing when a test calls the app directly. */
export interface ServerEnv {
  Bindings: {
    incoming?: IncomingMessage;
    /** Resolves when the answer has been sent or the connection has been closed. */
    left?: Promise<void>;
  };
}

import type { IncomingMessage } from 'node:http';

/** What the listener knows of a request beyond what the app sees. Nothing of it is there when a test calls the app itself. */
export interface ServerEnv {
  Bindings: {
    incoming?: IncomingMessage;
    /** Resolves when the answer has left, or the connection has gone. */
    left?: Promise<void>;
  };
}

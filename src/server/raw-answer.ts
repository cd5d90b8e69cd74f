import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { errorBody } from './http-error.js';

/** Milliseconds that a connection stays open after its last answer, so that a client that is still sending can read it. */
const LINGER = 500;

/** An answer on a connection on which no request could be parsed. */
export interface RawAnswer {
  status: number;
  code: string;
  message: string;
  retryable?: boolean;
  headers?: readonly string[];
}

/** Answers on the bare connection, in the form of all other errors, and closes it. */
export function rawAnswer(socket: Duplex, { status, code, message, retryable, headers = [] }: RawAnswer): void {
  const body = JSON.stringify(errorBody(code, message, retryable));
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Connection: close',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'X-Content-Type-Options: nosniff',
    ...headers,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  // A client that never closes its side would keep it forever.
  setTimeout(() => socket.destroy(), LINGER).unref();
}

import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { errorBody } from './http-error.js';

/** What was wrong with a request that never became one, by Node's code. */
const REASONS: Record<string, { status: number; code: string; message: string }> = {
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, code: 'ERR_TIMEOUT', message: 'The request arrived too slowly.' },
  HPE_HEADER_OVERFLOW: { status: 431, code: 'ERR_HEADERS', message: 'The headers are too long.' },
};
const MALFORMED = { status: 400, code: 'ERR_REQUEST', message: 'This is no HTTP request.' };

/** Answers on the bare connection, in the form of all other errors, and closes it. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const { status, code, message } = REASONS[error.code ?? ''] ?? MALFORMED;
  const body = JSON.stringify(errorBody(code, message, status === 408));
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Connection: close',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'X-Content-Type-Options: nosniff',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import type { Hono } from 'hono';
import { errorBody } from './http-error.js';
import type { ResolvedLimits } from './limits.js';
import { ListenError } from './listen-error.js';
import { OpenAnswers } from './open-answers.js';
import { type RawAnswer, rawAnswer } from './raw-answer.js';
import type { ServerEnv } from './server-env.js';

/** Milliseconds from the last answer until open connections are closed. */
const GRACE = 1000;
/** Requests that a connection may have sent before the first one is answered. */
const MAX_PIPELINED = 16;
/** Longest time for the head of a request, which is a packet or two, milliseconds. */
const HEAD_TIMEOUT = 10_000;
/** Longest interval of the check for slow senders, milliseconds. */
const CHECK_INTERVAL = 1000;

/** Answers to requests that could not be parsed, by Node's error code. */
const CLIENT_ERRORS: Record<string, RawAnswer> = {
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: 408,
    code: 'ERR_TIMEOUT',
    message: 'The request arrived too slowly.',
    retryable: true,
  },
  HPE_HEADER_OVERFLOW: { status: 431, code: 'ERR_HEADERS', message: 'The headers are too long.' },
};
const MALFORMED: RawAnswer = { status: 400, code: 'ERR_REQUEST', message: 'This is not an HTTP request.' };
const TUNNEL: RawAnswer = {
  status: 405,
  code: 'ERR_METHOD',
  message: 'The service is not a proxy.',
  headers: ['Allow: GET, POST'],
};

export interface ListenOptions {
  host: string;
  /** 0 for any free port. */
  port: number;
  limits: Pick<ResolvedLimits, 'timeoutMs' | 'maxConnections'>;
}

export interface RunningServer {
  /** `http://127.0.0.1:8080` */
  address: string;
  /** Refuses new connections and resolves when all requests are answered. Slow readers get one more second. */
  stop(): Promise<void>;
}

const refuse = (status: number, code: string, message: string) => Response.json(errorBody(code, message), { status });

/** Opens the port. @throws ListenError */
async function open(server: Server, { host, port }: ListenOptions): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('listening', resolve);
    server.once('error', (cause: NodeJS.ErrnoException) => {
      reject(
        new ListenError({
          name: `http://${host}:${port}`,
          expected: 'a free address',
          received: cause.code ?? cause.message,
          hint: cause.code === 'EADDRINUSE' ? 'Choose another port.' : 'Choose another host or port.',
          cause,
        }),
      );
    });
    server.listen(port, host);
  });
}

/**
 * Serves an app over HTTP/1.1. Connections that send or read too slowly are closed, malformed requests are answered in JSON, and
 * the app is told when an answer has been sent.
 * @throws ListenError
 */
export async function listen(app: Hono<ServerEnv>, options: ListenOptions): Promise<RunningServer> {
  const { timeoutMs, maxConnections } = options.limits;
  const answers = new OpenAnswers();
  const lefts = new WeakMap<IncomingMessage, Promise<void>>();
  const underWay = new Set<Promise<Response>>();

  async function answer(request: Request, incoming: IncomingMessage): Promise<Response> {
    // HTTP/1.0 does not have the Host header.
    if (incoming.headers.host === undefined && incoming.httpVersion !== '1.0') {
      return refuse(400, 'ERR_HOST', 'Expected a Host header.');
    }
    const left = lefts.get(incoming);
    const response = await app.fetch(request, { incoming, left });
    const cut = setTimeout(() => incoming.socket.destroy(), timeoutMs);
    left?.then(() => clearTimeout(cut));
    return response;
  }

  const listener = getRequestListener(
    (request, env) => {
      const response = answer(request, (env as HttpBindings).incoming);
      underWay.add(response);
      return response.finally(() => underWay.delete(response));
    },
    {
      hostname: options.host,
      errorHandler: (error) => refuse(400, 'ERR_REQUEST', `Expected a path and a host but received neither: ${error}.`),
    },
  );
  const server = createServer(
    {
      headersTimeout: Math.min(timeoutMs, HEAD_TIMEOUT),
      requestTimeout: timeoutMs,
      connectionsCheckingInterval: Math.min(timeoutMs, CHECK_INTERVAL),
      // Node's own refusal has no body.
      requireHostHeader: false,
    },
    (incoming, outgoing) => {
      // The answer to each would be held in memory as long as the client does not read the first.
      if (answers.count(incoming.socket) >= MAX_PIPELINED) {
        incoming.socket.destroy();
        return;
      }
      lefts.set(incoming, answers.add(incoming, outgoing));
      listener(incoming, outgoing);
    },
  );
  server.maxConnections = maxConnections;
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    const isOpen = socket.writable && error.code !== 'ECONNRESET';
    if (isOpen && !answers.isAnswering(socket)) rawAnswer(socket, CLIENT_ERRORS[error.code ?? ''] ?? MALFORMED);
    else socket.destroy();
  });
  server.on('connect', (_, socket: Duplex) => rawAnswer(socket, TUNNEL));
  server.on('checkExpectation', (_, outgoing) => {
    const body = JSON.stringify(errorBody('ERR_EXPECTATION', 'Expected no expectation but 100-continue.'));
    const headers = { 'Content-Type': 'application/json', 'Content-Length': body.length };
    outgoing.writeHead(417, { ...headers, 'X-Content-Type-Options': 'nosniff', Connection: 'close' }).end(body);
  });
  await open(server, options);

  const { port } = server.address() as { port: number };
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  return {
    address: `http://${host}:${port}`,
    async stop() {
      server.close();
      await Promise.allSettled(underWay);
      setTimeout(() => server.closeAllConnections(), GRACE).unref();
      server.closeIdleConnections();
    },
  };
}

import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { crc32, deflateRawSync } from 'node:zlib';
import { INSIGHTFACE_LICENCE } from '../../src/node/models/licences.js';
import type { KnownModel } from '../../src/node/models/model-table.js';

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A web server on the loopback interface whose answers are given path by path; it keeps what it was asked. */
export class DownloadServer {
  readonly requests: { path: string; range: string | undefined }[] = [];
  readonly #routes = new Map<string, Handler>();

  private constructor(
    readonly http: Server,
    readonly origin: string,
  ) {}

  static async start(): Promise<DownloadServer> {
    const http = createServer((request, response) => server.#answer(request, response));
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    const server = new DownloadServer(http, `http://127.0.0.1:${(http.address() as AddressInfo).port}`);
    return server;
  }

  /** Serves one path and returns its URL. */
  serve(path: string, handler: Handler): string {
    this.#routes.set(path, handler);
    return this.origin + path;
  }

  requestsFor(path: string): (string | undefined)[] {
    return this.requests.filter((request) => request.path === path).map(({ range }) => range);
  }

  close(): Promise<void> {
    this.http.closeAllConnections();
    return new Promise((resolve) => this.http.close(() => resolve()));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? '';
    this.requests.push({ path, range: request.headers.range });
    const handler = this.#routes.get(path) ?? status(404);
    handler(request, response);
  }
}

export function status(code: number, headers: Record<string, string> = {}): Handler {
  return (_request, response) => response.writeHead(code, headers).end('not a network');
}

/** A well-behaved server: ranges, lengths. */
export function whole(content: Buffer): Handler {
  return (request, response) => {
    const start = rangeStart(request);
    if (start >= content.length) {
      response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end();
      return;
    }
    response.writeHead(start > 0 ? 206 : 200, headersFor(content, start)).end(content.subarray(start));
  };
}

/** Answers each request with at most `step` bytes of what it asked for, then cuts the connection. */
export function breaksOff(content: Buffer, step: number): Handler {
  return (request, response) => {
    const start = rangeStart(request);
    response.writeHead(start > 0 ? 206 : 200, headersFor(content, start));
    const piece = content.subarray(start, start + step);
    if (start + step >= content.length) response.end(piece);
    else response.write(piece, () => setTimeout(() => response.destroy(), 20));
  };
}

/** Sends the first bytes and then keeps the connection open without a word. */
export function stalls(content: Buffer, after: number): Handler {
  return (request, response) => {
    const start = rangeStart(request);
    response.writeHead(start > 0 ? 206 : 200, headersFor(content, start));
    response.write(content.subarray(start, start + after));
  };
}

export function ignoresRange(content: Buffer): Handler {
  return (_request, response) => response.writeHead(200, { 'content-length': String(content.length) }).end(content);
}

/** Without a declared length, as many servers stream. */
export function chunked(content: Buffer): Handler {
  return (_request, response) => {
    response.writeHead(200);
    response.write(content.subarray(0, 1000));
    response.end(content.subarray(1000));
  };
}

function rangeStart(request: IncomingMessage): number {
  return Number(request.headers.range?.match(/^bytes=(\d+)-$/)?.[1] ?? 0);
}

function headersFor(content: Buffer, start: number): Record<string, string> {
  return {
    'content-length': String(content.length - start),
    ...(start > 0 && { 'content-range': `bytes ${start}-${content.length - 1}/${content.length}` }),
  };
}

/** Bytes that look like nothing in particular, the same for the same seed (Numerical Recipes' LCG). */
export function noise(length: number, seed: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = seed >>> 0;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

export function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

export function modelOf(content: Buffer, ...locations: KnownModel['locations']): KnownModel {
  return {
    role: 'detector',
    fileName: 'det_10g.onnx',
    licence: INSIGHTFACE_LICENCE,
    origin: { title: 'noise' },
    aliases: ['scrfd_10g_bnkps.onnx'],
    otherExports: undefined,
    bytes: content.length,
    digest: { sha256: sha256(content) },
    locations,
  };
}

/** A zip archive (APPNOTE 4.3) with deflated members. */
export function zipOf(members: Record<string, Buffer>): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(members)) {
    const packed = deflateRawSync(content);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0); // version needed
    common.writeUInt16LE(8, 4); // deflate
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.from(name), packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), common, tail, Buffer.from(name)]));
    locals.push(local);
    offset += local.length;
  }
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(directory.length, 8);
  end.writeUInt16LE(directory.length, 10);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, ...directory, end]);
}

/** A proxy that understands CONNECT and keeps the hosts it was asked for. */
export async function startProxy(target: URL): Promise<{ url: string; hosts: string[]; close(): Promise<void> }> {
  const { connect } = await import('node:net');
  const hosts: string[] = [];
  const sockets = new Set<Socket>();
  const proxy = createServer(status(400));
  proxy.on('connect', (request, client: Socket) => {
    hosts.push(request.url ?? '');
    const upstream = connect(Number(target.port), target.hostname, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      client.pipe(upstream).pipe(client);
    });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
    }
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    hosts,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => proxy.close(() => resolve()));
    },
  };
}

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
  '.jpg': 'image/jpeg',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
};

export interface StaticServer {
  origin: string;
  /** Paths that were asked for, in order. */
  requests: string[];
  /** Also ends open connections; a second time is fine. */
  close(): Promise<void>;
}

/**
 * Serves a folder on loopback, as any static host does.
 * @param pages what stands for a path instead of a file
 * @param headers sent with everything
 */
export async function serveFolder(
  folder: string,
  pages: Record<string, string | Uint8Array> = {},
  headers: Record<string, string> = {},
): Promise<StaticServer> {
  const requests: string[] = [];
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    requests.push(pathname);
    try {
      const file = pathname.endsWith('/') ? `${pathname}index.html` : pathname;
      const body = pages[pathname] ?? (await readFile(join(folder, normalize(file))));
      response.writeHead(200, {
        'content-type': TYPES[extname(pathname) || '.html'] ?? 'application/octet-stream',
        ...headers,
      });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () => new Promise((resolve) => server.close(() => resolve()).closeAllConnections()),
  };
}

import type { Server } from 'node:http';
import { serve } from '@hono/node-server';
import { Command } from 'commander';
import { FileAccessError } from '../errors.js';
import { createPool } from '../node/pool/create-pool.js';
import { answerClientError } from '../server/client-error.js';
import { createApp } from '../server/create-app.js';
import { addNetworkOptions, findNetworks, type NetworkOptions } from './network-options.js';
import { integerIn, notEmpty, numberIn } from './option-parsers.js';

/** Milliseconds that connections have after the last answer, before they are cut. */
const GRACE = 1000;

interface ServeOptions extends NetworkOptions {
  port: number;
  host: string;
  workers?: number | undefined;
  queue: number;
  maxBytes: number;
  maxPixels: number;
  timeout: number;
}

/** `facial-lmk serve`: a page to try it in and an HTTP API, on loopback unless told otherwise. */
export function serveCommand(): Command {
  return addNetworkOptions(
    new Command('serve')
      .description('open a page and an HTTP service on this machine')
      .option('--port <n>', 'port to listen on; 0 takes a free one', integerIn(0, 65535), 8080)
      .option('--host <address>', 'address to listen on', notEmpty, '127.0.0.1'),
  )
    .optionsGroup('Limits:')
    .option('--workers <n>', 'worker threads (default: by the number of cores)', integerIn(1, 256))
    .option('--queue <n>', 'images that may wait; more are answered with 429', integerIn(0, 1e6), 64)
    .option('--max-bytes <n>', 'largest body', integerIn(1, Number.MAX_SAFE_INTEGER), 20e6)
    .option('--max-pixels <n>', 'largest image', integerIn(1, Number.MAX_SAFE_INTEGER), 50e6)
    .option('--timeout <seconds>', 'longest time for one image, and for its upload', numberIn(0.001, 3600), 30)
    .addHelpText(
      'after',
      '\nGET / is the page, /openapi.json describes the service. Stops on SIGTERM or Ctrl-C, after the images in work.',
    )
    .action(run);
}

async function run(options: ServeOptions): Promise<void> {
  const networks = await findNetworks(options);
  const pool = await createPool({ ...networks, workers: options.workers, maxQueue: options.queue });
  let ready = true;
  const { maxBytes, maxPixels } = options;
  const timeoutMs = 1000 * options.timeout;
  const app = createApp({
    service: pool,
    isReady: () => ready,
    maxBytes,
    maxPixels,
    timeoutMs,
    maxRequests: options.queue + pool.workers,
  });

  const underWay = new Set<Promise<Response>>();
  const server = serve({
    fetch(request, env) {
      const answer = Promise.resolve(app.fetch(request, env));
      underWay.add(answer);
      return answer.finally(() => underWay.delete(answer));
    },
    hostname: options.host,
    port: options.port,
    // Who sends slowly is cut off, for a place that is taken is missing to others.
    serverOptions: {
      headersTimeout: timeoutMs,
      requestTimeout: timeoutMs,
      connectionsCheckingInterval: Math.min(timeoutMs, 1000),
    },
  }) as Server;
  server.on('clientError', answerClientError);
  const stop = async () => {
    if (!ready) return;
    ready = false;
    // New connections are refused, requests in work get their answer, then the networks go, and whoever is slow to read has
    // a moment left.
    server.close();
    await Promise.allSettled(underWay);
    await pool.close();
    setTimeout(() => server.closeAllConnections(), GRACE).unref();
    server.closeIdleConnections();
  };
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('listening', resolve);
      server.once('error', (cause: NodeJS.ErrnoException) => {
        const name = `http://${options.host}:${options.port}`;
        const hint =
          cause.code === 'EADDRINUSE' ? 'Choose another with --port.' : 'Choose another with --host or --port.';
        reject(
          new FileAccessError({
            name,
            expected: 'an address to listen on',
            received: cause.code ?? cause.message,
            hint,
            cause,
          }),
        );
      });
    });
  } catch (error) {
    await pool.close();
    throw error;
  }
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : options.port;
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  console.log(`http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}`);
}

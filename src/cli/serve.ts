import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { Command } from 'commander';
import { FileAccessError } from '../errors.js';
import { restrictLoaders } from '../node/images/image-codecs.js';
import { createPool } from '../node/pool/create-pool.js';
import type { AccessOptions } from '../server/access.js';
import { createApp } from '../server/create-app.js';
import { resolveLimits, type ServerLimits } from '../server/limits.js';
import { listen } from '../server/listen.js';
import {
  addDeviceOption,
  addNetworkOptions,
  type DeviceCommandOptions,
  findNetworks,
  type NetworkOptions,
} from './network-options.js';
import { integerIn, notEmpty, numberIn } from './option-parsers.js';

interface ServeOptions extends NetworkOptions, DeviceCommandOptions, Omit<ServerLimits, 'timeoutMs' | 'maxRequests'> {
  port: number;
  host: string;
  workers?: number | undefined;
  queue: number;
  timeout?: number;
  imageMemory?: number;
  allowHost: string[];
  allowOrigin: string[];
  tokenFile?: string;
}

const HELP = `
GET / is the page, /openapi.json describes the service. Stops on SIGTERM or Ctrl-C, after the images in work.

It answers under localhost, IP addresses and the name of --host, and its own page alone. A token keeps others out: it
stands in the file of --token-file or in FACIAL_LMK_TOKEN, and comes as "Authorization: Bearer <token>"; the page takes
it from its address, http://127.0.0.1:8080/#token=<token>.`;

const positive = integerIn(1, Number.MAX_SAFE_INTEGER);
const collect = (text: string, others: string[]) => [...others, notEmpty(text)];

/** `facial-lmk serve`: a page and an HTTP API, by default on loopback. */
export function serveCommand(): Command {
  return addDeviceOption(
    addNetworkOptions(
      new Command('serve')
        .description('open a page and an HTTP service on this machine')
        .option('--port <n>', 'port to listen on; 0 takes a free one', integerIn(0, 65535), 8080)
        .option('--host <address>', 'address to listen on', notEmpty, '127.0.0.1'),
    ),
  )
    .optionsGroup('Access:')
    .option('--allow-host <name>', 'also answer under this host name; * for any; may be repeated', collect, [])
    .option(
      '--allow-origin <origin>',
      'also answer pages of this origin, like https://example.org; * for any; may be repeated',
      collect,
      [],
    )
    .option('--token-file <file>', 'require the token in this file', notEmpty)
    .optionsGroup('Limits:')
    .option(
      '--workers <n>',
      'worker threads (default: by the number of cores; with another device than cpu: 1)',
      integerIn(1, 256),
    )
    .option(
      '--queue <n>',
      'largest number of waiting images; further ones are answered with 429',
      integerIn(0, 1e6),
      64,
    )
    .option('--timeout <seconds>', 'time limit for each of: upload, answer, reading the answer', numberIn(0.001, 3600))
    .option('--max-bytes <n>', 'largest body', positive)
    .option('--max-pixels <n>', 'largest image', positive)
    .option('--max-faces <n>', 'largest number of faces of an image', positive)
    .option('--min-score <score>', 'lowest score that a request may set', numberIn(0, 1))
    .option(
      '--max-detector-side <pixels>',
      "largest side of the detector's input that a request may set",
      integerIn(32, 4096),
    )
    .option('--max-answer-bytes <n>', 'largest answer', positive)
    .option('--max-memory <bytes>', 'memory for bodies and answers (default: an eighth of all memory)', positive)
    .option('--image-memory <bytes>', 'memory for decoded images (default: a quarter of all memory)', positive)
    .option('--max-connections <n>', 'largest number of connections at once', positive)
    .addHelpText('after', HELP)
    .action(run);
}

/** The token from the file or the environment. Not from an option, because every user of the machine can read command lines. */
async function readToken(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return process.env.FACIAL_LMK_TOKEN || undefined;
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new FileAccessError({ name: file, expected: 'a file with a token', received: code ?? message, cause });
  }
}

async function run(options: ServeOptions): Promise<void> {
  const { host, port, workers, queue, timeout, imageMemory } = options;
  const access: AccessOptions = {
    // IP addresses are always allowed.
    allowedHosts: isIP(host) ? options.allowHost : [...options.allowHost, host.toLowerCase()],
    allowedOrigins: options.allowOrigin,
    token: await readToken(options.tokenFile),
  };
  await restrictLoaders();
  const networks = await findNetworks(options);
  const pool = await createPool({ ...networks, workers, device: options.device, maxQueue: queue, imageMemory });
  const limits = resolveLimits({
    ...options,
    timeoutMs: timeout && 1000 * timeout,
    maxRequests: queue + pool.workers,
  });
  const stopping = new AbortController();
  try {
    const app = createApp({ ...limits, ...access, service: pool, stopping: stopping.signal });
    const { address, stop } = await listen(app, { host, port, limits });
    const end = async () => {
      if (stopping.signal.aborted) return;
      stopping.abort();
      await stop();
      await pool.close();
    };
    process.once('SIGTERM', end);
    process.once('SIGINT', end);
    console.log(address);
  } catch (error) {
    await pool.close();
    throw error;
  }
}

import { hostname } from 'node:os';
import { Command } from 'commander';
import { jsonLog } from '../../fleet/log.js';
import { observe } from '../../fleet/observe/observe.js';
import { WorkerMetrics } from '../../fleet/observe/worker-metrics.js';
import { FleetWorker } from '../../fleet/work/fleet-worker.js';
import { restrictLoaders } from '../../node/images/image-codecs.js';
import { createPool } from '../../node/pool/create-pool.js';
import { MAX_THREADS } from '../../node/runtime/onnx-session.js';
import {
  addDeviceOption,
  addNetworkOptions,
  type DeviceCommandOptions,
  findNetworks,
  type NetworkOptions,
} from '../network-options.js';
import { integerIn, notEmpty, numberIn } from '../option-parsers.js';
import { StopSignal } from '../stop-signal.js';
import { addQueueOptions, type QueueCommandOptions, withQueue } from './fleet-options.js';

interface WorkCommandOptions extends NetworkOptions, DeviceCommandOptions, QueueCommandOptions {
  root: string[];
  workers?: number;
  threads?: number;
  name: string;
  lease: number;
  checkpoint: number;
  imageTimeout: number;
  port?: number;
  host: string;
}

const HELP = `
Works until SIGTERM or Ctrl-C: then the images in work are finished, and the shard is handed back with what is done of it.
A second signal ends it at once, and costs no image either.

It reads and writes below its roots alone, whatever a job says. Credentials for S3 come from the environment, as for AWS's own
tools: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_REGION, AWS_ENDPOINT_URL.

Standard error has one JSON object for each event.`;

const HOUR = 3600;
const collect = (text: string, others: string[]) => [...others, notEmpty(text)];

/** `facial-lmk fleet work`: takes shards until it is stopped. */
export function workCommand(): Command {
  const command = new Command('work').description('work on the shards of a queue, until it is stopped');
  addQueueOptions(command)
    .option(
      '--root <place>',
      'folder, s3://bucket/prefix or https://host/ that jobs may use; may be repeated (default: this folder)',
      collect,
      [],
    )
    .option('--workers <n>', 'worker threads (default: by the number of cores)', integerIn(1, 256))
    .option('--threads <n>', 'threads of one network run', integerIn(1, MAX_THREADS))
    .option('--name <name>', 'what this worker calls itself', notEmpty, `${hostname()}-${process.pid}`)
    .option(
      '--lease <seconds>',
      'without a sign of life for so long, its shard goes to another',
      numberIn(0.1, HOUR),
      30,
    )
    .option('--checkpoint <seconds>', 'write down what is done of a shard so often', numberIn(0.001, HOUR), 5)
    .option('--image-timeout <seconds>', 'longest time for one image', numberIn(0.001, 24 * HOUR), 300)
    .option('--port <n>', 'serve /v1/health and /metrics there; 0 takes a free one', integerIn(0, 65535))
    .option('--host <address>', 'address to serve them on', notEmpty, '127.0.0.1')
    .option('--telemetry', 'spans for OpenTelemetry, by the package bullmq-otel');
  return addDeviceOption(addNetworkOptions(command)).addHelpText('after', HELP).action(work);
}

async function work(options: WorkCommandOptions): Promise<void> {
  const { root, workers, threads, name, lease, checkpoint, imageTimeout, port, host } = options;
  const log = jsonLog((line) => console.error(line), { machine: name });
  // The images are strangers'.
  await restrictLoaders();
  const networks = await findNetworks(options);
  const pool = await createPool({ ...networks, workers, threadsPerWorker: threads, device: options.device });
  try {
    await withQueue(options, async (queue) => {
      const metrics = new WorkerMetrics(() => pool.workers);
      const worker = await FleetWorker.start({
        ...{ queue, pool, networks: networks.identity, log, observer: metrics, machine: name },
        ...(root.length > 0 && { roots: root }),
        leaseMs: Math.ceil(1000 * lease),
        checkpointMs: Math.ceil(1000 * checkpoint),
        imageTimeoutMs: Math.ceil(1000 * imageTimeout),
      });
      const stop = new StopSignal();
      try {
        const isHealthy = () => pool.workers > 0;
        const server =
          port === undefined ? undefined : await observe({ host, port, isHealthy, metrics: () => metrics.text() });
        log('info', 'ready', { address: server?.address });
        if (!stop.wish.aborted) {
          await new Promise((resolve) => stop.wish.addEventListener('abort', resolve, { once: true }));
        }
        log('info', 'stopping');
        await server?.stop();
      } finally {
        stop.dispose();
        await worker.stop();
      }
    });
  } finally {
    await pool.close();
  }
  log('info', 'stopped');
  // A connection that hangs in a network that was cut keeps nobody up.
  setTimeout(() => process.exit(), 1000).unref();
}

// The only importer of BullMQ, which keeps its jobs in Redis or Valkey.

import { setTimeout as wait } from 'node:timers/promises';
import type * as BullMq from 'bullmq';
import { reasonOf } from '../../as-error.js';
import { InvalidOptionError, QueueUnavailableError } from '../../errors.js';
import { redact } from '../redact.js';
import { shortDigest } from '../short-digest.js';
import type { HeldJob, JobOutcome, JobTaker, QueueCounts, ShardJob, ShardQueue, TakeOptions } from './shard-queue.js';

export interface QueueOptions {
  /** Several fleets may share a Redis under different names. Default `facial-lmk`. */
  name?: string | undefined;
  /** Report a span for every job to OpenTelemetry, with the package bullmq-otel. Default false. */
  telemetry?: boolean | undefined;
}

export const DEFAULT_QUEUE = 'facial-lmk';
/** Jobs per message when adding and listing. */
const BATCH = 1000;
/** Tries of one command before the queue counts as unavailable. Workers wait without limit. */
const RETRIES = 3;
/** Longest wait for the server when closing, milliseconds. */
const GRACE = 3000;
/** BullMQ must never give a job up because its worker died: halving the job finds the image that kills workers. */
const UNLIMITED = 2 ** 31 - 1;

/** Milliseconds until a lost connection is opened again. */
const retryStrategy = (times: number) => Math.min(5000, 50 * 2 ** times);

async function load<T>(name: string, what: () => Promise<T>): Promise<T> {
  return what().catch((cause) => {
    throw new InvalidOptionError({
      name: 'the queue',
      expected: `the packages of the fleet, ${name} among them`,
      received: 'none',
      hint: 'Install them: `npm install bullmq ioredis`.',
      cause,
    });
  });
}

/** Checks the address of a queue. It is not shown in messages, because it may contain a password. */
function parseAddress(address: string): string {
  if (URL.canParse(address) && /^(redis|rediss|valkey|valkeys):$/.test(new URL(address).protocol)) {
    return address.replace(/^valkey/, 'redis');
  }
  throw new InvalidOptionError({
    name: '--queue',
    expected: 'an address like redis://host:6379 or rediss://user:password@host:6380',
    received: 'something else',
  });
}

/** The id of a job. The same job has the same id, so that no queue holds it twice. */
const idOf = ({ out, run, recipe, shard, from, to }: ShardJob) =>
  `${runId({ out, run })}-${recipe}-${shard}-${from}-${to}`;
const runId = ({ out, run }: Pick<ShardJob, 'out' | 'run'>) => shortDigest(`${out} ${run}`);

/** Closes, but does not wait longer than {@link GRACE} for a connection that may not exist. The server notices the end by itself. */
async function closeSoon(closed: Promise<void>, owner: { disconnect(): Promise<void> }): Promise<void> {
  const over = closed.then(
    () => true,
    () => true,
  );
  if (await Promise.race([over, wait(GRACE, false)])) return;
  owner.disconnect().catch(() => undefined);
}

class BullMqQueue implements ShardQueue {
  readonly #bullmq: typeof BullMq;
  readonly #name: string;
  readonly #url: string;
  readonly #telemetry: BullMq.Telemetry | undefined;
  readonly #queue: BullMq.Queue;

  constructor(bullmq: typeof BullMq, url: string, name: string, telemetry: BullMq.Telemetry | undefined) {
    this.#bullmq = bullmq;
    this.#name = name;
    this.#url = url;
    this.#telemetry = telemetry;
    // Commands fail soon. The connection itself is retried without limit.
    const connection = { url, retryStrategy, maxRetriesPerRequest: RETRIES };
    this.#queue = new bullmq.Queue(name, { connection, skipWaitingForReady: true, ...this.#trace() });
    // The error reaches the caller of the command. Without a listener it would end the process.
    this.#queue.on('error', () => undefined);
  }

  async add(jobs: readonly ShardJob[]): Promise<void> {
    for (let at = 0; at < jobs.length; at += BATCH) {
      const batch = jobs.slice(at, at + BATCH).map((data) => ({
        name: 'shard',
        data,
        opts: { jobId: idOf(data), removeOnComplete: true, removeOnFail: true, stackTraceLimit: 1, keepLogs: 0 },
      }));
      await this.#ask(() => this.#queue.addBulk(batch));
    }
  }

  async counts(): Promise<QueueCounts> {
    const {
      wait = 0,
      delayed = 0,
      active = 0,
    } = await this.#ask(() => this.#queue.getJobCounts('wait', 'delayed', 'active'));
    return { waiting: wait + delayed, active };
  }

  async drop(job: Pick<ShardJob, 'out' | 'run'>): Promise<number> {
    const prefix = `${runId(job)}-`;
    return this.#ask(async () => {
      let dropped = 0;
      // Removing jobs shifts the pages: the next page begins after the jobs that stayed.
      for (let kept = 0; ; ) {
        const page = await this.#queue.getJobs(['wait'], kept, kept + BATCH - 1, true);
        if (page.length === 0) return dropped;
        for (const found of page) {
          const isOurs = found?.id?.startsWith(prefix);
          // A worker may have taken the job just now.
          const isGone =
            isOurs &&
            (await found.remove().then(
              () => true,
              () => false,
            ));
          if (isGone) dropped++;
          else kept++;
        }
      }
    });
  }

  take(work: (job: HeldJob) => Promise<JobOutcome>, { machine, leaseMs, onError }: TakeOptions): JobTaker {
    const { WaitingError, Worker } = this.#bullmq;
    let working: Promise<JobOutcome> | undefined;
    const process = async (job: BullMq.Job, token?: string) => {
      working = work({ data: job.data, lost: job.stalledCounter ?? 0 });
      const outcome = await working;
      if (outcome === 'done') return;
      // Without a delay, which would depend on clocks, and clocks can jump.
      await job.moveToWait(token);
      if (outcome === 'last') await job.changePriority({ priority: 0 });
      throw new WaitingError();
    };
    const worker = new Worker(this.#name, process, {
      name: machine,
      connection: { url: this.#url, maxRetriesPerRequest: null, retryStrategy },
      concurrency: 1,
      lockDuration: leaseMs,
      stalledInterval: leaseMs,
      maxStalledCount: UNLIMITED,
      runRetryDelay: 1000,
      ...this.#trace(),
    });
    worker.on('error', (error) => onError(new Error(redact(reasonOf(error)))));
    return {
      async close() {
        const closed = worker.close();
        await working?.catch(() => undefined);
        await closeSoon(closed, worker);
      },
    };
  }

  async close(): Promise<void> {
    await closeSoon(this.#queue.close(), this.#queue);
  }

  #trace(): { telemetry?: BullMq.Telemetry } {
    return this.#telemetry ? { telemetry: this.#telemetry } : {};
  }

  async #ask<T>(command: () => Promise<T>): Promise<T> {
    try {
      return await command();
    } catch (cause) {
      throw new QueueUnavailableError({
        name: 'the queue',
        expected: 'one that answers and has room',
        received: redact(reasonOf(cause)),
        hint: 'Start it, or give it more memory, and run the command again: only what is missing is added.',
        cause,
      });
    }
  }
}

/**
 * A queue in Redis or Valkey.
 * @param address `redis://`, or with TLS `rediss://`
 * @throws InvalidOptionError
 */
export async function openQueue(
  address: string,
  { name = DEFAULT_QUEUE, telemetry }: QueueOptions = {},
): Promise<ShardQueue> {
  const url = parseAddress(address);
  const bullmq = await load('bullmq', () => import('bullmq'));
  await load('ioredis', () => import('ioredis'));
  const tracer = telemetry
    ? new (await load('bullmq-otel', () => import('bullmq-otel'))).BullMQOtel({ tracerName: name })
    : undefined;
  return new BullMqQueue(bullmq, url, name, tracer);
}

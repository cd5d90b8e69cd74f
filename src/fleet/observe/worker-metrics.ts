import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { JobOutcome } from '../queue/shard-queue.js';
import type { Done } from '../work/analyze-image.js';
import type { WorkObserver } from '../work/fleet-worker.js';

/** Metrics of a worker in Prometheus' text format. */
export class WorkerMetrics implements WorkObserver {
  readonly #registry = new Registry();
  readonly #images = new Counter({
    name: 'facial_lmk_fleet_images_total',
    help: 'Images by outcome: done, failed, reused',
    labelNames: ['outcome'],
    registers: [this.#registry],
  });
  readonly #faces = new Counter({
    name: 'facial_lmk_fleet_faces_total',
    help: 'Faces found',
    registers: [this.#registry],
  });
  readonly #jobs = new Histogram({
    name: 'facial_lmk_fleet_job_seconds',
    help: 'Time that jobs were held, by outcome: done, back, failed',
    labelNames: ['outcome'],
    buckets: [0.1, 0.5, 1, 5, 10, 30, 60, 120, 300, 600],
    registers: [this.#registry],
  });

  /** @param threads returns the number of running threads */
  constructor(threads: () => number) {
    collectDefaultMetrics({ register: this.#registry });
    new Gauge({
      name: 'facial_lmk_fleet_threads',
      help: 'Running threads',
      registers: [this.#registry],
      collect() {
        this.set(threads());
      },
    });
  }

  image({ faces, error, isReused }: Done): void {
    this.#images.inc({ outcome: error === undefined ? (isReused ? 'reused' : 'done') : 'failed' });
    this.#faces.inc(faces);
  }

  shard(outcome: JobOutcome | 'failed', seconds: number): void {
    this.#jobs.observe({ outcome }, seconds);
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }
}

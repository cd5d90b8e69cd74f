import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Metrics of the service in Prometheus' text format. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #requests = new Counter({
    name: 'facial_lmk_requests_total',
    help: 'Requests by route and status',
    labelNames: ['route', 'status'],
    registers: [this.#registry],
  });
  readonly #duration = new Histogram({
    name: 'facial_lmk_request_seconds',
    help: 'Time from request to response by route',
    labelNames: ['route'],
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [this.#registry],
  });
  readonly #faces = new Counter({
    name: 'facial_lmk_faces_total',
    help: 'Faces found',
    registers: [this.#registry],
  });

  /** @param waiting returns the number of images that wait for a worker */
  constructor(waiting: () => number) {
    collectDefaultMetrics({ register: this.#registry });
    new Gauge({
      name: 'facial_lmk_queue_length',
      help: 'Images that wait for a worker',
      registers: [this.#registry],
      collect() {
        this.set(waiting());
      },
    });
  }

  request(route: string, status: number, seconds: number): void {
    this.#requests.inc({ route, status });
    this.#duration.observe({ route }, seconds);
  }

  faces(count: number): void {
    this.#faces.inc(count);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }
}

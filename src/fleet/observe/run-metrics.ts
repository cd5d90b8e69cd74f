import { Gauge, Registry } from 'prom-client';
import type { RunStatus } from '../run-status.js';

const GAUGES = {
  facial_lmk_fleet_run_images: ['Images of the run', ({ images }) => images.all],
  facial_lmk_fleet_run_images_done: ['Images whose shards are done', ({ images }) => images.done],
  facial_lmk_fleet_run_shards: ['Shards of the run', ({ shards }) => shards.all],
  facial_lmk_fleet_run_shards_done: ['Shards that are done', ({ shards }) => shards.done],
  facial_lmk_fleet_run_faces: ['Faces found', ({ faces }) => faces],
  facial_lmk_fleet_run_failures: ['Images without a result', ({ failures }) => failures],
  facial_lmk_fleet_run_rate: ['Images a second, over the last minutes', ({ rate }) => rate],
  facial_lmk_fleet_queue_waiting: ['Jobs that wait', ({ queue }) => queue?.waiting ?? Number.NaN],
  facial_lmk_fleet_queue_active: ['Jobs that are held', ({ queue }) => queue?.active ?? Number.NaN],
} satisfies Record<string, [string, (status: RunStatus) => number]>;

/** The progress of a run in Prometheus' text format. */
export async function runMetrics(status: RunStatus): Promise<string> {
  const registry = new Registry();
  for (const [name, [help, value]] of Object.entries(GAUGES)) {
    new Gauge({ name, help, labelNames: ['run'], registers: [registry] }).set({ run: status.run }, value(status));
  }
  return registry.metrics();
}

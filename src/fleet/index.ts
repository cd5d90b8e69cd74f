// The entry `onnx-facial-lmk-detector/fleet`: many machines work on one archive through a queue in Redis or Valkey.

export { cancelRun } from './cancel-run.js';
export { type CollectedShard, type CollectOptions, collectRun } from './collect-run.js';
export { type Enqueued, type EnqueueOptions, enqueueRun } from './enqueue-run.js';
export { jsonLog, type Log, type LogFields, type LogLevel } from './log.js';
export { openPlace } from './places/open-place.js';
export type { Place, Source } from './places/place.js';
export { openQueue, type QueueOptions } from './queue/bullmq-queue.js';
export type {
  HeldJob,
  JobOutcome,
  JobTaker,
  QueueCounts,
  ShardJob,
  ShardQueue,
  TakeOptions,
} from './queue/shard-queue.js';
export { type RetryOptions, retryRun } from './retry-run.js';
export { type ImageKeys, keysOf, keysOfList, keysOfPaths } from './run/image-keys.js';
export type { Recipe, RunOptions } from './run/recipe.js';
export type { Run, Shard } from './run/run.js';
export { RunFiles } from './run/run-files.js';
export type { Failure } from './run/summary.js';
export { type RunFailure, runFailures } from './run-failures.js';
export { type MachineStatus, type RunStatus, RunWatcher } from './run-status.js';
export { FleetWorker, type WorkObserver, type WorkOptions } from './work/fleet-worker.js';

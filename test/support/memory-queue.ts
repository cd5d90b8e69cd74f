import type { HeldJob, JobTaker, QueueCounts, ShardJob, ShardQueue } from '../../src/fleet/queue/shard-queue.js';

/** A queue in this process: that it fits in so few lines is what the seam is for. */
export class MemoryQueue implements ShardQueue {
  readonly jobs: ShardJob[] = [];

  async add(jobs: readonly ShardJob[]): Promise<void> {
    this.jobs.push(...jobs);
  }

  async counts(): Promise<QueueCounts> {
    return { waiting: this.jobs.length, active: 0 };
  }

  async drop(): Promise<number> {
    return this.jobs.splice(0).length;
  }

  take(work: (job: HeldJob) => Promise<'done' | 'back' | 'last'>): JobTaker {
    let isOpen = true;
    const loop = async () => {
      while (isOpen) {
        const job = this.jobs.shift();
        if (job && (await work({ data: job, lost: 0 })) !== 'done') this.jobs.push(job);
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    };
    const over = loop();
    return {
      async close() {
        isOpen = false;
        await over;
      },
    };
  }

  async close(): Promise<void> {}
}

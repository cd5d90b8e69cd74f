import type { Span } from './trace-hooks.mjs';

/** An event of the Trace Event Format (Chromium's document of 2016), times in microseconds. */
export interface TraceEvent {
  name: string;
  ph: 'X' | 'b' | 'e' | 'M';
  pid: number;
  tid: number;
  ts: number;
  dur?: number;
  cat?: string;
  id?: number;
  args?: { name: string };
}

/** One run that is shown as a process of its own: what its threads did. */
export interface TracedRun {
  title: string;
  spans: readonly Span[];
}

/**
 * Spans as Perfetto and `chrome://tracing` read them: a process for each run, a track for each thread's own work, and one for
 * each kind of work that goes on beside the thread.
 */
export function traceEvents(runs: readonly TracedRun[]): TraceEvent[] {
  return runs.flatMap(({ title, spans }, run) => {
    const pid = run + 1;
    const origin = Math.min(...spans.map(({ start }) => start));
    const microseconds = (time: number) => Math.round((time - origin) * 1000);
    const threads = [...new Set(spans.map(({ thread }) => thread))].sort((a, b) => a - b);
    const named = (name: 'process_name' | 'thread_name', tid: number, value: string): TraceEvent => ({
      ...{ name, ph: 'M', pid, tid, ts: 0, args: { name: value } },
    });
    return [
      named('process_name', 0, title),
      ...threads.map((tid) => named('thread_name', tid, tid === 0 ? 'main thread' : `worker ${tid}`)),
      ...spans.flatMap(({ name, start, end, sync, thread: tid }, id): TraceEvent[] => {
        const [from, to] = [microseconds(start), microseconds(end)];
        if (sync) return [{ name, ph: 'X', pid, tid, ts: from, dur: to - from }];
        const both = { name: tid === 0 ? name : `${name}, worker ${tid}`, cat: 'beside', id: id + 1, pid, tid };
        return [
          { ...both, ph: 'b', ts: from },
          { ...both, ph: 'e', ts: to },
        ];
      }),
    ];
  });
}

/** How often each kind of work was done, and how long one took on average. */
export function summary(spans: readonly Span[]): string {
  const names = [...new Set(spans.map(({ name }) => name))];
  return names
    .map((name) => {
      const own = spans.filter((span) => span.name === name);
      const sum = own.reduce((total, { start, end }) => total + end - start, 0);
      return `${name} ${own.length} x ${(sum / own.length).toFixed(2)} ms`;
    })
    .join(', ');
}

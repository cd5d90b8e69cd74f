/** Something to time; whatever it returns is kept alive. */
export type Contender = () => unknown;

/** Milliseconds of one contender, and how it compares with the baseline of the same rounds. */
export interface Measurement {
  name: string;
  median: number;
  /** Lower and upper quartile. */
  low: number;
  high: number;
  /** Median of the processor time of all threads of this process. */
  cpu: number;
  /** Median and quartiles of the ratios that each round gave; absent without a baseline. */
  ratio?: { median: number; low: number; high: number };
}

export interface MeasureOptions {
  rounds: number;
  /** The contender that the others are compared with. */
  baseline?: string;
}

/** Calls before the measurement, until the optimising compiler has done its work. */
const WARM_UP = { milliseconds: 400, leastCalls: 2, mostCalls: 200 };

/** Only so that no call can be optimised away for having no effect. */
let sink: unknown;

async function timeOnce(contender: Contender): Promise<{ time: number; cpu: number }> {
  const before = process.cpuUsage();
  const start = performance.now();
  sink = await contender();
  const time = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  return { time, cpu: (user + system) / 1000 };
}

function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.round(q * (sorted.length - 1))];
}

const quartiles = (values: readonly number[]) => ({
  median: quantile(values, 0.5),
  low: quantile(values, 0.25),
  high: quantile(values, 0.75),
});

/**
 * Times contenders in interleaved rounds: each round runs every one of them once, so that a machine which slows down
 * slows them all, and ratios are taken within a round.
 */
export async function measure(
  contenders: Readonly<Record<string, Contender>>,
  { rounds, baseline }: MeasureOptions,
): Promise<Measurement[]> {
  const names = Object.keys(contenders);
  for (const name of names) {
    const until = performance.now() + WARM_UP.milliseconds;
    for (let i = 0; i < WARM_UP.mostCalls && (i < WARM_UP.leastCalls || performance.now() < until); i++) {
      await timeOnce(contenders[name]);
    }
  }
  const times = new Map<string, number[]>(names.map((name) => [name, []]));
  const cpus = new Map<string, number[]>(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const name of names) {
      const { time, cpu } = await timeOnce(contenders[name]);
      times.get(name)?.push(time);
      cpus.get(name)?.push(cpu);
    }
  }
  const base = baseline === undefined ? undefined : times.get(baseline);
  return names.map((name) => {
    const own = times.get(name) ?? [];
    return {
      name,
      ...quartiles(own),
      cpu: quantile(cpus.get(name) ?? [], 0.5),
      ...(base && { ratio: quartiles(own.map((time, round) => time / base[round])) }),
    };
  });
}

/** The last result, so that it counts as used. */
export const lastResult = (): unknown => sink;

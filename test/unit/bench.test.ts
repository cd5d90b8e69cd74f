// The benchmark's own arithmetic and output; no figure it measures decides anything here.
import { describe, expect, it } from 'vitest';
import type { Section } from '../../bench/bench.js';
import { chartSvg } from '../../bench/chart.js';
import { curvesSvg } from '../../bench/curves-svg.js';
import { verdict } from '../../bench/gate.js';
import { growth } from '../../bench/growth.js';
import { measure } from '../../bench/harness.js';
import { type Calibration, isQuiet } from '../../bench/machine.js';
import { formatSection } from '../../bench/report.js';
import { traceEvents } from '../../bench/trace-events.js';

describe('measure', () => {
  it('warms up, then interleaves rounds, and takes ratios within a round', async () => {
    const calls: string[] = [];
    const rows = await measure(
      { a: () => calls.push('a'), b: async () => calls.push('b') },
      { rounds: 3, baseline: 'a' },
    );
    expect(calls.length).toBeGreaterThan(6);
    expect(calls.slice(-6).join('')).toBe('ababab');
    expect(calls.slice(0, -6).join('')).toMatch(/^a+b+$/);
    expect(rows.map(({ name }) => name)).toEqual(['a', 'b']);
    for (const { median, low, high, ratio } of rows) {
      expect(low).toBeLessThanOrEqual(median);
      expect(median).toBeLessThanOrEqual(high);
      expect(ratio?.low).toBeLessThanOrEqual(ratio?.high ?? 0);
    }
    expect(rows[0].ratio).toEqual({ median: 1, low: 1, high: 1 });
  });

  it('has no ratios without a baseline', async () => {
    const [row] = await measure({ a: () => 1 }, { rounds: 1 });
    expect(row.ratio).toBeUndefined();
  });

  it('passes on what a contender throws', async () => {
    const failing = () => Promise.reject(new Error('no'));
    await expect(measure({ failing }, { rounds: 1 })).rejects.toThrow('no');
  });
});

const SECTION: Section = {
  title: 'A <group> & more',
  baseline: 'one',
  rows: [
    { name: 'one', median: 100, cpu: 100, low: 99, high: 101, ratio: { median: 1, low: 1, high: 1 } },
    { name: 'half', median: 50, cpu: 50, low: 49, high: 0.5, ratio: { median: 0.005, low: 0.004, high: 0.6 } },
  ],
};

describe('formatSection, chartSvg and isQuiet', () => {
  it('prints medians, quartiles and ratios in columns', () => {
    const [title, header, ...rows] = formatSection(SECTION).split('\n');
    expect(title).toBe('A <group> & more');
    expect(header).toMatch(/median +quartiles +to one +quartiles$/);
    expect(rows[0]).toMatch(/one +100 ms +99.00 to 101 +1.000 +1.000 to 1.000$/);
    expect(rows[1]).toMatch(/half +50.00 ms +49.00 to 0.500 +0.0050 +0.0040 to 0.600$/);
  });

  it('draws bars in proportion and escapes what it is given', () => {
    const svg = chartSvg([SECTION]);
    expect(svg).toContain('A &lt;group&gt; &amp; more');
    const widths = [...svg.matchAll(/<rect [^>]*width="([\d.]+)"/g)].map(([, width]) => Number(width));
    expect(widths.length).toBe(2);
    expect(widths[1] / widths[0]).toBeCloseTo(0.5, 2);
  });

  it('calls a machine quiet only when it was steady before and after', () => {
    const steady: Calibration = { load: 0, best: 2, spread: 0.02 };
    expect(isQuiet(steady, steady)).toBe(true);
    expect(isQuiet({ ...steady, spread: 0.5 }, steady)).toBe(false);
    expect(isQuiet(steady, { ...steady, spread: 0.5 })).toBe(false);
    expect(isQuiet(steady, { ...steady, best: 3 })).toBe(false);
  });
});

describe('verdict of the gate', () => {
  const row = (low: number) => ({
    name: 'detect()',
    median: 9,
    low: 8,
    high: 10,
    cpu: 9,
    ratio: { median: low, low, high: 3 },
  });

  it.each([
    [1.25, 'kept'],
    [1.26, 'LOST'],
  ])('of %f where 1 is stored: %s', (low, word) => {
    expect(verdict(row(low), 1)).toContain(word);
  });

  it('says where nothing is stored', () => {
    expect(verdict(row(1), undefined)).toBe('detect(): no stored ratio');
  });
});

describe('traceEvents', () => {
  const spans = [
    { name: 'decode', start: 1000, end: 1004, sync: false, thread: 2 },
    { name: 'letterbox', start: 1004.5, end: 1005.25, sync: true, thread: 2 },
    { name: 'letterbox', start: 1001, end: 1002, sync: true, thread: 0 },
  ];

  it('counts microseconds from the first span, and tells apart what a thread does and what goes on beside it', () => {
    const events = traceEvents([{ title: 'a stream', spans }]);
    expect(events.filter(({ ph }) => ph === 'X')).toEqual([
      { name: 'letterbox', ph: 'X', pid: 1, tid: 2, ts: 4500, dur: 750 },
      { name: 'letterbox', ph: 'X', pid: 1, tid: 0, ts: 1000, dur: 1000 },
    ]);
    const beside = events.filter(({ cat }) => cat === 'beside');
    expect(beside.map(({ ph, ts, name }) => [ph, ts, name])).toEqual([
      ['b', 0, 'decode, worker 2'],
      ['e', 4000, 'decode, worker 2'],
    ]);
    expect(new Set(beside.map(({ id }) => id)).size).toBe(1);
  });

  it('names runs and threads', () => {
    const names = traceEvents([
      { title: 'one', spans },
      { title: 'two', spans },
    ]).filter(({ ph }) => ph === 'M');
    expect(names.map(({ pid, tid, args }) => `${pid} ${tid} ${args?.name}`)).toEqual([
      ...['1 0 one', '1 0 main thread', '1 2 worker 2'],
      ...['2 0 two', '2 0 main thread', '2 2 worker 2'],
    ]);
  });
});

describe('growth', () => {
  it.each([
    [0, 2, 0.5],
    [0, 0, 7],
    [0, -1, 100],
    [50, 2, 0.25],
    [300, 1, 80],
  ])('finds the fixed part %f, the exponent %f and the factor %f', (fixed, exponent, factor) => {
    const found = growth([1, 2, 5, 12, 40].map((x) => [x, fixed + factor * x ** exponent]));
    expect(found.fixed).toBeCloseTo(fixed, 6);
    expect(found.exponent).toBeCloseTo(exponent, 6);
    expect(found.factor).toBeCloseTo(factor, 6);
  });

  it('takes nothing as fixed where there are few samples', () => {
    expect(growth([1, 2, 3].map((x) => [x, 10 + x])).fixed).toBe(0);
  });
});

describe('curvesSvg', () => {
  it('draws every sample inside its panel, and says the exponent', () => {
    const curve = { title: 'a < b', x: 'side', y: 'ms' };
    const svg = curvesSvg([
      { ...curve, samples: [1, 2, 4].map((x) => [x, x ** 2]) },
      { ...curve, samples: [1, 100].map((x) => [x, 5]) },
    ]);
    expect(svg).toContain('exponent 2.00');
    expect(svg).toMatch(/exponent -?0\.00/);
    expect(svg).toContain('a &lt; b');
    expect(svg).not.toContain('NaN');
    // Curves are lines: what is between their ends would be filled.
    for (const [path] of svg.matchAll(/<path[^>]*>/g)) expect(path).toContain('fill="none"');
    const dots = [...svg.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)"/g)].map(([, x, y]) => [Number(x), Number(y)]);
    expect(dots).toHaveLength(5);
    for (const [x, y] of dots.slice(0, 3)) expect(x > 46 && x < 286 && y > 40 && y < 180).toBe(true);
    for (const [x, y] of dots.slice(3)) expect(x > 346 && x < 586 && y > 40 && y < 180).toBe(true);
  });
});

// The benchmark's own arithmetic and output; no figure it measures decides anything here.
import { describe, expect, it } from 'vitest';
import type { Section } from '../../bench/bench.js';
import { chartSvg } from '../../bench/chart.js';
import { verdict } from '../../bench/gate.js';
import { measure } from '../../bench/harness.js';
import { type Calibration, isQuiet } from '../../bench/machine.js';
import { formatSection } from '../../bench/report.js';

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

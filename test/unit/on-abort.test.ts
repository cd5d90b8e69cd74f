import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { onAbort } from '../../src/runtime/on-abort.js';

describe('onAbort', () => {
  it('calls every callback once, in order, with one listener on the signal', () => {
    const controller = new AbortController();
    const listeners = () => getEventListeners(controller.signal, 'abort').length;
    const heard: number[] = [];
    for (let i = 0; i < 100; i++) onAbort(controller.signal, () => heard.push(i));
    expect(listeners()).toBe(1);
    controller.abort();
    controller.abort();
    expect(heard).toEqual([...Array(100).keys()]);
    expect(listeners()).toBe(0);
  });

  it('calls no callback that was taken back, and removes its listener after the last one', () => {
    const controller = new AbortController();
    const { signal } = controller;
    const heard: string[] = [];
    const same = () => heard.push('same');
    const [first, second] = [onAbort(signal, same), onAbort(signal, same)];
    first();
    first();
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    second();
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    const third = onAbort(signal, () => heard.push('third'));
    // Late: it must not end what the third has begun.
    second();
    controller.abort();
    third();
    expect(heard).toEqual(['third']);
  });

  it('lets a callback take back another one, and does nothing without a signal', () => {
    const controller = new AbortController();
    const heard: string[] = [];
    onAbort(controller.signal, () => {
      heard.push('first');
      second();
    });
    const second = onAbort(controller.signal, () => heard.push('second'));
    controller.abort();
    expect(heard).toEqual(['first']);
    onAbort(undefined, () => heard.push('never'))();
  });
});

// The page's side of the worker detector, with a worker that the test plays. Compiled, because its types are a page's.
import { describe, expect, it, vi } from 'vitest';
import { errorToJson } from '../../src/detector/error-json.js';
import { InvalidImageError } from '../../src/errors.js';

const { createWorkerDetector, WorkerDetector } = await import(
  new URL('../../dist/web/worker/worker-detector.js', import.meta.url).href
);

interface Sent {
  kind: string;
  call: number;
}

/** A detector, what its worker was sent, and the worker's side of the talk. */
function playedDetector() {
  const sent: Sent[] = [];
  const worker = {
    onmessage: (_: { data: unknown }) => {},
    onerror: (_: { message: string }) => {},
    onmessageerror: () => {},
    postMessage: (message: Sent) => sent.push(message),
    terminate: () => sent.push({ kind: 'terminated', call: -1 }),
  };
  const target = new WorkerDetector(worker, {
    runtime: { name: 'stub', version: '0', provider: 'stub' },
    passedOver: [],
  });
  const failure = new InvalidImageError({ name: 'the image', expected: 'one', received: 'none' });
  const answer = (call: number) =>
    worker.onmessage({ data: { kind: 'failed', call, error: errorToJson(failure, { details: true }) } });
  const calls = (kind: string) => sent.filter((message) => message.kind === kind).map(({ call }) => call);
  return { target, worker, answer, calls };
}

const image = { data: new Uint8Array(3), width: 1, height: 1, channelOrder: 'rgb' };
/** Time for everything that can go on without the test to do so. */
const idle = () => new Promise((resolve) => setImmediate(resolve));

describe('many calls of a detector in a worker', () => {
  it('send an image only when it is their turn', async () => {
    const { target, answer, calls } = playedDetector();
    const all = Array.from({ length: 30 }, () => target.detect(image));
    for (const [i, call] of all.entries()) {
      await idle();
      expect(calls('detect').length - i).toBeLessThan(10);
      answer(i);
      await expect(call).rejects.toMatchObject({ code: 'ERR_INVALID_IMAGE' });
    }
    expect(calls('detect')).toEqual([...all.keys()]);
  });

  it('hear an abort at once, send nothing after it, and pass it on to a worker at work', async () => {
    const { target, answer, calls } = playedDetector();
    const controller = new AbortController();
    const { signal } = controller;
    const all = Array.from({ length: 20 }, () => target.detect(image, { signal }));
    await idle();
    const before = calls('detect');
    controller.abort(new Error('changed my mind'));
    const aborted = { status: 'rejected', reason: { message: 'changed my mind' } };
    expect(await Promise.allSettled(all)).toMatchObject(all.map(() => aborted));
    expect(calls('abort')).toEqual(expect.arrayContaining(before));
    for (const call of before) answer(call);
    await idle();
    expect(calls('detect')).toEqual(before);
  });
});

describe('a worker that is lost', () => {
  it.each(['onerror', 'onmessageerror'] as const)(
    'fails calls that run and that come later, and closes: %s',
    async (how) => {
      const { target, worker, calls } = playedDetector();
      const all = Array.from({ length: 12 }, () => target.detect(image));
      await idle();
      worker[how]({ message: 'out of memory' });
      const lost = { status: 'rejected', reason: { code: 'ERR_WORKER_LOST' } };
      expect(await Promise.allSettled(all)).toMatchObject(all.map(() => lost));
      const sent = calls('detect').length;
      await expect(target.detect(image)).rejects.toMatchObject(lost.reason);
      expect(calls('detect')).toHaveLength(sent);
      await target.close();
      expect(calls('terminated')).toEqual([-1]);
    },
  );
});

describe('the script of a worker', () => {
  /** Loads in a page whose workers find no script, and says which they looked for. */
  async function loadWithoutScripts(options: object) {
    const scripts: string[] = [];
    class Worker {
      onerror = (_: { message?: string }) => {};
      constructor(url: URL) {
        scripts.push(url.href);
        setImmediate(() => this.onerror({}));
      }
      postMessage() {}
      terminate() {}
    }
    vi.stubGlobal('Worker', Worker);
    vi.stubGlobal('location', { href: 'https://example.org/app/' });
    const error = await createWorkerDetector(options).catch((thrown: unknown) => thrown);
    vi.unstubAllGlobals();
    return { scripts, error: error as Error & { code: string; retryable: boolean } };
  }

  it('lies beside the module, or where `workerUrl` says', async () => {
    const beside = new URL('../../dist/web/worker/worker.js', import.meta.url).href;
    expect((await loadWithoutScripts({})).scripts).toEqual([beside]);
    expect((await loadWithoutScripts({ workerUrl: 'lib/w.js' })).scripts).toEqual(['https://example.org/app/lib/w.js']);
    expect((await loadWithoutScripts({ workerUrl: 7 })).error.code).toBe('ERR_INVALID_OPTION');
  });

  it('is named by the error where it is missing, with the way out', async () => {
    const { error } = await loadWithoutScripts({});
    expect(error).toMatchObject({ code: 'ERR_FILE_ACCESS', retryable: false });
    expect(error.message).toMatch(/Expected the script that it runs .* `workerUrl`/);
  });
});

import { drawScene } from '../../src/drawn-faces/draw-scene.js';
import type { Random } from '../../src/drawn-faces/random.js';
import { encodeImage } from '../../src/node/images/image-codecs.js';
import type { ImageInput } from '../../src/node/images/image-input.js';
import type { Pool, PoolDetectOptions } from '../../src/node/pool/create-pool.js';

/** What a target of the soak must have: a detector or a pool. */
type Target = Pick<Pool, 'detect' | 'stream' | 'close'> & Partial<Pick<Pool, 'room' | 'detectJson' | 'detectOverlay'>>;

/** An input, and what may become of it when nobody interferes: so many faces, or an error of this code. */
interface Case {
  input: () => ImageInput;
  options?: PoolDetectOptions;
  outcome: number | string;
}

const FACES = 2;
const BASE = { detectorSide: 160 };
const ABORTED = 'aborted by the soak';

/** The inputs of a soak. To hand memory over, and to crash, takes threads. */
export async function soakCases(threads: boolean): Promise<Case[]> {
  const { image } = drawScene({ seed: 7, width: 360, height: 300, faces: FACES });
  const png = await encodeImage(image, 'png');
  const fresh = () => ({ ...image, data: image.data.slice() });
  const cases: Case[] = [
    { input: () => image, outcome: FACES },
    { input: () => png, outcome: FACES },
    { input: () => png, options: { decoder: 'jimp' }, outcome: FACES },
    { input: fresh, options: { withPixels: true }, outcome: FACES },
    { input: () => png.subarray(0, 3000), outcome: 'ERR_IMAGE_DECODE' },
    { input: () => 'missing.png', outcome: 'ERR_FILE_ACCESS' },
    { input: () => image, options: { minScore: 7 }, outcome: 'ERR_INVALID_OPTION' },
  ];
  if (!threads) return cases;
  const given: Case = { input: fresh, options: { handOver: true, withPixels: true }, outcome: FACES };
  return [
    ...cases,
    given,
    ...['crash:throw', 'crash:exit'].map((path) => ({ input: () => path, outcome: 'ERR_WORKER_LOST' })),
  ];
}

const codeOf = (error: unknown) => (error as { code?: string; message: string }).code ?? (error as Error).message;

/**
 * Makes calls of every kind at random moments, aborts some, leaves some streams early, closes the target in the middle or at
 * the end, and throws when anything ends in another way than it may.
 */
export async function soakRound(target: Target, cases: readonly Case[], random: Random): Promise<number> {
  let settled = 0;
  let closed = false;
  const pause = async () => {
    const milliseconds = random.integer(0, 40);
    if (milliseconds > 4) await new Promise((resolve) => setTimeout(resolve, milliseconds));
  };
  const maybeSignal = (): AbortSignal | undefined => {
    const controller = new AbortController();
    const abort = () => controller.abort(new Error(ABORTED));
    const chance = random.next();
    if (chance < 0.05) abort();
    else if (chance < 0.1) queueMicrotask(abort);
    else if (chance < 0.4) setTimeout(abort, random.integer(0, 60));
    else return undefined;
    return controller.signal;
  };
  const check = (what: string, got: unknown, allowed: readonly unknown[]) => {
    settled++;
    if (!allowed.includes(got)) throw new Error(`${what} ended with ${got} instead of ${allowed.join(' or ')}`);
  };

  const detect = async () => {
    const one = random.pick(cases);
    const signal = maybeSignal();
    const refusals = target.room ? ['ERR_QUEUE_FULL'] : [];
    if (closed) refusals.push('ERR_CLOSED');
    const { withPixels, ...options } = { ...BASE, ...one.options, signal };
    const ways = [
      async () => (await target.detect(one.input(), { ...options, withPixels })).faces.length,
      async () => (await target.detectJson?.(one.input(), options))?.faces,
      async () => (await target.detectOverlay?.(one.input(), 'jpeg', options))?.faces,
    ];
    const way = target.room ? random.pick(ways) : ways[0];
    const got = await way().catch(codeOf);
    check('a call', got, [one.outcome, ...refusals, ...(signal?.aborted ? [ABORTED] : [])]);
  };
  const room = async () => {
    const signal = maybeSignal();
    const waited = await target.room?.({ signal }).then(() => 'room', codeOf);
    if (waited === 'room') await detect();
    else if (waited !== undefined && waited !== ABORTED) throw new Error(`room ended with ${waited}`);
  };
  const stream = async () => {
    const signal = maybeSignal();
    const list = Array.from({ length: random.integer(0, 12) }, () => random.pick(cases));
    const leaveAfter = random.next() < 0.3 ? random.integer(0, 5) : Number.POSITIVE_INFINITY;
    async function* inputs() {
      for (const one of list) {
        if (random.next() < 0.3) await pause();
        yield one.input();
      }
    }
    let seen = 0;
    // Options of single inputs cannot differ inside a stream.
    const options = { ...BASE, signal, concurrency: random.integer(1, 8) };
    for await (const { index, result, error } of target.stream(inputs(), options)) {
      if (index !== seen++) throw new Error(`result ${index} came in place ${seen - 1}`);
      const { outcome } = list[index];
      const expected = outcome === 'ERR_INVALID_OPTION' ? FACES : outcome;
      const got = result ? result.faces.length : codeOf(error);
      const endings = [...(signal?.aborted ? [ABORTED] : []), ...(closed ? ['ERR_CLOSED'] : [])];
      check('an image of a stream', got, [expected, ...endings]);
      if (seen > leaveAfter) break;
    }
    if (leaveAfter === Number.POSITIVE_INFINITY && seen !== list.length)
      throw new Error(`${seen} of ${list.length} came`);
  };

  const work: Promise<void>[] = [];
  const steps = random.integer(5, 25);
  const closeAt = random.next() < 0.5 ? random.integer(0, steps) : steps;
  for (let i = 0; i < steps; i++) {
    if (i === closeAt) {
      closed = true;
      work.push(target.close());
    }
    work.push(random.pick([detect, detect, detect, stream, room])());
    await pause();
  }
  const failures = (await Promise.allSettled(work)).flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
  await target.close();
  if (failures.length > 0) throw failures[0];
  return settled;
}

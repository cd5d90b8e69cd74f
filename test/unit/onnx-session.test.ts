import { InferenceSession } from 'onnxruntime-node';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ModelContractError, ModelFileError } from '../../src/errors.js';
import { openSession, readModelFile } from '../../src/node/runtime/onnx-session.js';
import { DRAWN_FACES } from '../support/drawn-faces.js';

afterEach(() => vi.restoreAllMocks());

/** Has the runtime open sessions that say something else of one side, and collects which of them were freed. */
function sessionsThatDeclare(side: 'inputMetadata' | 'outputMetadata', get: () => unknown): InferenceSession[] {
  const freed: InferenceSession[] = [];
  const create = InferenceSession.create.bind(InferenceSession);
  vi.spyOn(InferenceSession, 'create').mockImplementation(async (path: unknown) => {
    const session = await create(path as string);
    const release = session.release.bind(session);
    session.release = async () => {
      freed.push(session);
      await release();
    };
    return Object.defineProperty(session, side, { get });
  });
  return freed;
}

describe('a session whose tensors cannot be read', () => {
  it.each(['inputMetadata', 'outputMetadata'] as const)('is freed: %s', async (side) => {
    const sequence = () => [{ name: 'boxes', isTensor: false }];
    const freed = sessionsThatDeclare(side, sequence);
    const opening = openSession(DRAWN_FACES.landmarker);
    await expect(opening).rejects.toThrow(ModelContractError);
    await expect(opening).rejects.toThrow('boxes, which is none');
    expect(freed).toHaveLength(1);
  });
});

describe.runIf(process.platform === 'linux')('a model file that states no size and has no end', () => {
  it('is refused by its first byte', async () => {
    await expect(readModelFile('/proc/self/pagemap')).rejects.toThrow(ModelFileError);
  });
});

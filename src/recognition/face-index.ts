import { integerIn } from '../check-options.js';
import { describe } from '../describe.js';
import { InvalidOptionError } from '../errors.js';
import { checkText } from '../options.js';
import { cosineSimilarity } from './cosine-similarity.js';

/** One embedding of an index, and how alike it is to the one that was asked for. */
export interface Neighbour {
  id: string;
  /** Cosine similarity, -1 to 1. */
  similarity: number;
}

const checkCount = integerIn(1, Number.MAX_SAFE_INTEGER);

/**
 * Embeddings in memory, to be searched by cosine similarity: each search compares all of them, which is exact, and meant for thousands
 * rather than millions. The embeddings come from a recognition network of yours; from which similarity on two are the same person,
 * that network's documentation says.
 */
export class FaceIndex {
  readonly #entries: { id: string; embedding: Float32Array }[] = [];

  /** Number of embeddings. */
  get size(): number {
    return this.#entries.length;
  }

  /**
   * Keeps a copy of an embedding.
   * @param id whose it is; may have several, each of which is found by itself
   * @param embedding any length but 0, the same for all of an index
   * @throws InvalidOptionError
   */
  add(id: string, embedding: Float32Array): void {
    checkText('the id', id);
    this.#check(embedding);
    this.#entries.push({ id, embedding: embedding.slice() });
  }

  /**
   * The most similar embeddings, best first; those that are equally similar in the order in which they were added.
   * @param count how many at most; 1 to 2^53 - 1, default 1
   * @returns `[]` where the index is empty
   * @throws InvalidOptionError
   */
  nearest(embedding: Float32Array, count = 1): Neighbour[] {
    checkCount('the count', count);
    this.#check(embedding);
    return this.#entries
      .map(({ id, embedding: known }) => ({ id, similarity: cosineSimilarity(known, embedding) }))
      .sort((a, b) => b.similarity - a.similarity)
      .slice(0, count);
  }

  /** A direction is what is compared: without one, every similarity would be NaN. */
  #check(embedding: Float32Array): void {
    const length = this.#entries[0]?.embedding.length;
    const isDirection =
      embedding instanceof Float32Array && embedding.every(Number.isFinite) && embedding.some(Boolean);
    if (isDirection && (length === undefined || embedding.length === length)) return;
    throw new InvalidOptionError({
      name: 'the embedding',
      expected: `a Float32Array of ${length ?? 'any number of'} finite numbers that are not all 0`,
      received: isDirection ? `one of ${embedding.length}` : describe(embedding),
    });
  }
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** The answers that are not sent yet, by connection. */
export class OpenAnswers {
  /** Each answer with the function that reports that it was sent. */
  readonly #open = new Map<Duplex, Map<ServerResponse, () => void>>();

  /** @returns resolves when the answer has been sent or the connection has been closed */
  add({ socket }: IncomingMessage, answer: ServerResponse): Promise<void> {
    const answers = this.#open.get(socket) ?? this.#watch(socket);
    return new Promise((resolve) => {
      answers.set(answer, resolve);
      answer.once('close', () => {
        answers.delete(answer);
        resolve();
      });
    });
  }

  /** Number of answers that a connection still waits for. */
  count(socket: Duplex): number {
    return this.#open.get(socket)?.size ?? 0;
  }

  /** Whether a connection waits for an answer or is reading one. Nothing else may be written to it then. */
  isAnswering(socket: Duplex): boolean {
    const answers = [...(this.#open.get(socket)?.keys() ?? [])];
    return answers.some(({ headersSent, req }) => headersSent || req.complete);
  }

  #watch(socket: Duplex): Map<ServerResponse, () => void> {
    const answers = new Map<ServerResponse, () => void>();
    this.#open.set(socket, answers);
    // When a connection closes, answers that wait behind an earlier one get no event of their own.
    socket.once('close', () => {
      this.#open.delete(socket);
      for (const leave of answers.values()) leave();
    });
    return answers;
  }
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** The answers that have not left yet, by connection. */
export class OpenAnswers {
  /** Each with what tells of its leaving. */
  readonly #open = new Map<Duplex, Map<ServerResponse, () => void>>();

  /** @returns resolves when the answer has left, or the connection has gone */
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

  /** How many answers a connection waits for. */
  count(socket: Duplex): number {
    return this.#open.get(socket)?.size ?? 0;
  }

  /** Whether a connection waits for an answer to a whole request, or reads one: nothing else may be written then. */
  isAnswering(socket: Duplex): boolean {
    const answers = [...(this.#open.get(socket)?.keys() ?? [])];
    return answers.some(({ headersSent, req }) => headersSent || req.complete);
  }

  #watch(socket: Duplex): Map<ServerResponse, () => void> {
    const answers = new Map<ServerResponse, () => void>();
    this.#open.set(socket, answers);
    // Of a connection that goes, answers that wait for an earlier one to leave hear nothing themselves.
    socket.once('close', () => {
      this.#open.delete(socket);
      for (const leave of answers.values()) leave();
    });
    return answers;
  }
}

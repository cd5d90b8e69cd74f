/** A job that is done when it is first asked for, and again only where it failed. */
export function once<T>(job: () => Promise<T>): () => Promise<T> {
  let done: Promise<T> | undefined;
  return () => {
    done ??= job().catch((error) => {
      done = undefined;
      throw error;
    });
    return done;
  };
}

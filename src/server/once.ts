/** Runs a job at the first call and keeps its result. After a failure the next call runs it again. */
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

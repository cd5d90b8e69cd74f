import type { ReadOptions } from '../../node/files/read-regular-file.js';

/** Where images come from. */
export interface Source {
  /** How it is written: an absolute folder, `s3://bucket/prefix`, or `http:` for images that are named by their links. */
  readonly address: string;
  /**
   * The bytes under a name, or undefined where nothing is there.
   * @throws FileAccessError where they may not be read, StorageError where no try got an answer, what the checks of the options
   * throw, or the signal's reason
   */
  read(name: string, options: ReadOptions): Promise<Uint8Array | undefined>;
}

/** Files by name, with `/` between folders: a folder or a bucket. Holds images, or a run and its results. */
export interface Place extends Source {
  /** The names below a folder (`''` for all), the same order each time. Hidden ones and links to folders are left out. */
  list(folder: string): AsyncIterable<string>;
  /** Bytes of a file, or undefined where none is there. */
  size(name: string): Promise<number | undefined>;
  /** Writes a file whole or not at all. @throws FileAccessError, StorageError */
  write(name: string, bytes: Uint8Array | string): Promise<void>;
  /** Nothing there is fine. */
  remove(name: string): Promise<void>;
}

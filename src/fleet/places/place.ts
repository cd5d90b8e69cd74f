import type { ReadOptions } from '../../node/files/read-regular-file.js';

/** A source of images. */
export interface Source {
  /** Its address as text: an absolute folder, `s3://bucket/prefix`, or `http:` for images that are named by their links. */
  readonly address: string;
  /**
   * The bytes under a name; undefined when there are none.
   * @throws FileAccessError when reading is refused, StorageError when no try got an answer, what the checks in the options throw,
   * or the signal's reason
   */
  read(name: string, options: ReadOptions): Promise<Uint8Array | undefined>;
}

/** Files by name, with `/` between folders: a folder or a bucket. Holds images, or a run and its results. */
export interface Place extends Source {
  /** The names below a folder (`''` for all), the same order each time. Hidden ones and links to folders are left out. */
  list(folder: string): AsyncIterable<string>;
  /** Size of a file in bytes; undefined when there is none. */
  size(name: string): Promise<number | undefined>;
  /** Writes a file whole or not at all. @throws FileAccessError, StorageError */
  write(name: string, bytes: Uint8Array | string): Promise<void>;
  /** Removes a file. A missing file is not an error. */
  remove(name: string): Promise<void>;
}

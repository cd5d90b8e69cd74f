import type { ResultJson } from '../web/index.js';

export interface FindOptions {
  minScore: number;
}

/** What finds the faces of an image file: this browser, or the service behind the page. */
export interface FaceFinder {
  find(image: Blob, options: FindOptions): Promise<ResultJson>;
}

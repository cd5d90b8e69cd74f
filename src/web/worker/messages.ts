import type { ErrorJson } from '../../detector/error-json.js';
import type { PassedOver } from '../../detector/open-on-device.js';
import type { SentFace, SentResult } from '../../detector/sent-result.js';
import type { RuntimeInfo } from '../../runtime/session.js';
import type { TrackerOptions } from '../../tracking/face-tracker.js';
import type { WebImageInput } from '../images/read-pixels.js';
import type { FetchProgress } from '../models/fetch-model.js';
import type { WebAnalyzeOptions, WebLoadOptions } from '../web-options.js';

/** Options of `load` that can be sent: no functions, and addresses as text. */
export interface SentLoadOptions extends Omit<WebLoadOptions, 'fetch' | 'runtime' | 'progress' | 'signal'> {
  runtime?: string | undefined;
}

/** page -> worker. `call` numbers the calls, so that answers may come in any order. */
export type Request =
  | { kind: 'load'; options: SentLoadOptions }
  | { kind: 'detect'; call: number; input: WebImageInput; options: Omit<WebAnalyzeOptions, 'signal'> }
  | { kind: 'abort'; call: number }
  /** The first frame of a tracker starts it. */
  | {
      kind: 'track';
      call: number;
      tracker: number;
      options: TrackerOptions;
      input: WebImageInput;
      time: number | undefined;
    }
  | { kind: 'reset tracker'; tracker: number }
  | { kind: 'close tracker'; tracker: number }
  | { kind: 'close' };

/** What comes of an image. */
export type Done =
  | { kind: 'done'; call: number; result: SentResult }
  | { kind: 'tracked'; call: number; faces: SentFace[] };

/** worker -> page */
export type Answer =
  | { kind: 'progress'; progress: FetchProgress }
  | { kind: 'ready'; runtime: RuntimeInfo; passedOver: readonly PassedOver[] }
  | { kind: 'failed to load'; error: ErrorJson }
  | Done
  | { kind: 'failed'; call: number; error: ErrorJson }
  | { kind: 'closed' };

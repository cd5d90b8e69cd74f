import { FacialLmkError } from '../errors.js';

/** An address that the service cannot listen on: taken, not this machine's, or not for this user. */
export class ListenError extends FacialLmkError {
  readonly name = 'ListenError';
  readonly code = 'ERR_LISTEN';
}

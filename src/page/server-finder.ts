import type { ResultJson } from '../web/index.js';
import type { FaceFinder, FindOptions } from './face-finder.js';

/** What the service wants to be told, where it does: it stands behind the page's address, in a part that is sent nowhere. */
const token = new URLSearchParams(location.hash.slice(1)).get('token');

/** Asks the service behind the page. */
export class ServerFinder implements FaceFinder {
  async find(image: Blob, { minScore }: FindOptions): Promise<ResultJson> {
    const headers = {
      'content-type': image.type || 'application/octet-stream',
      ...(token && { authorization: `Bearer ${token}` }),
    };
    const query = new URLSearchParams({ subpixel: 'true', minScore: String(minScore) });
    const response = await fetch(`v1/detect?${query}`, { method: 'POST', body: image, headers }).catch(() => {
      throw new Error('The server does not answer.');
    });
    if (response.ok) return response.json();
    const body = await response.json().catch(() => undefined);
    throw new Error(body?.error?.message ?? `The server answered ${response.status}.`);
  }
}

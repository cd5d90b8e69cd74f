import { Hono } from 'hono';
import { etag } from 'hono/etag';
import { once } from './once.js';
import { pageFiles } from './page-files.js';

/** Serves the page: a fixed list of files. No part of a request is used in a path of the file system. */
export function staticFiles(): Hono {
  const app = new Hono();
  // Browsers revalidate each time. If the file has not changed they get a short 304 answer.
  app.use(etag());
  for (const { path, type, read } of pageFiles({ service: true })) {
    // One copy for all answers, because many answers may wait for slow readers.
    const bytes = once(read);
    app.get(path === 'index.html' ? '/' : `/${path}`, async (context) =>
      context.body((await bytes()) as Uint8Array<ArrayBuffer>, 200, {
        'content-type': type,
        'cache-control': 'no-cache',
      }),
    );
  }
  return app;
}

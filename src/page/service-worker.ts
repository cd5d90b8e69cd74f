// Keeps the site for visits without a connection. It stands between the page and the network from the second visit on, and
// then also sends the headers that let the page use threads, which many static hosts cannot.

/** What the site is made of; whoever writes the site puts it before this script. */
declare const SITE: {
  /** Another one for every change of any file. */
  version: string;
  /** SHA-256 in hexadecimal of every file, by its path from the page. */
  files: Readonly<Record<string, string>>;
};

/** What a service worker's global scope offers; a program for pages has no types of it. */
interface WorkerEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface FetchEvent extends WorkerEvent {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}
interface ServiceWorkerScope {
  readonly registration: ServiceWorkerRegistration;
  readonly clients: { claim(): Promise<void> };
  addEventListener(type: 'install' | 'activate', listener: (event: WorkerEvent) => void): void;
  addEventListener(type: 'fetch', listener: (event: FetchEvent) => void): void;
}
const worker = globalThis as unknown as ServiceWorkerScope;

const PAGE = 'index.html';
const root = worker.registration.scope;
/** Several sites may lie at one origin: each has its own. */
const prefix = `facial-lmk-page ${root} `;
const cacheName = `${prefix}${SITE.version}`;
const addressOf = (path: string) => new URL(path, root).href;

/** The same answer with the headers of a page that may share memory between threads. */
function isolated(body: ArrayBuffer, from: Headers): Response {
  const headers = new Headers(from);
  for (const name of ['content-encoding', 'content-length']) headers.delete(name);
  headers.set('cross-origin-opener-policy', 'same-origin');
  headers.set('cross-origin-embedder-policy', 'require-corp');
  headers.set('cross-origin-resource-policy', 'same-origin');
  return new Response(body, { headers });
}

const hex = (bytes: ArrayBuffer) =>
  Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');

/** Keeps one file, if it is the one of this version: a host may be in the middle of an update. */
async function keep(cache: Cache, path: string): Promise<void> {
  const response = await fetch(addressOf(path), { cache: 'no-cache' });
  if (!response.ok) throw new Error(`${path}: status ${response.status}`);
  const bytes = await response.arrayBuffer();
  if (hex(await crypto.subtle.digest('SHA-256', bytes)) !== SITE.files[path]) {
    throw new Error(`${path} is not the file of version ${SITE.version}`);
  }
  await cache.put(addressOf(path), isolated(bytes, response.headers));
}

async function install(): Promise<void> {
  const cache = await caches.open(cacheName);
  try {
    await Promise.all(Object.keys(SITE.files).map((path) => keep(cache, path)));
  } catch (error) {
    await caches.delete(cacheName);
    throw error;
  }
}

/** Begins once no page of an earlier version is open any more, and removes what that had kept. */
async function activate(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(
    names.filter((name) => name.startsWith(prefix) && name !== cacheName).map((name) => caches.delete(name)),
  );
  await worker.clients.claim();
}

/** The path of a file of this site, as it is listed; undefined for everything else. */
function pathOf({ method, url }: Request): string | undefined {
  const { origin, pathname } = new URL(url);
  const address = `${origin}${pathname}`;
  if (method !== 'GET' || !address.startsWith(root)) return undefined;
  const path = address.slice(root.length) || PAGE;
  return Object.hasOwn(SITE.files, path) ? path : undefined;
}

async function answer(path: string, request: Request): Promise<Response> {
  const cache = await caches.open(cacheName);
  // The browser may have thrown away what was kept.
  return (await cache.match(addressOf(path))) ?? fetch(request);
}

worker.addEventListener('install', (event) => event.waitUntil(install()));
worker.addEventListener('activate', (event) => event.waitUntil(activate()));
worker.addEventListener('fetch', (event) => {
  const path = pathOf(event.request);
  if (path !== undefined) event.respondWith(answer(path, event.request));
});

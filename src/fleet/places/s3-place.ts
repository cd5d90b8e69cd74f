import { type Check, type ChecksOf, checkOptions, oneOf, optional, orElse } from '../../check-options.js';
import { FileAccessError, InvalidOptionError } from '../../errors.js';
import type { ReadOptions } from '../../node/files/read-regular-file.js';
import { checkText } from '../../options.js';
import { checkName } from './check-name.js';
import { HttpClient, type HttpRequest } from './http-client.js';
import type { Place } from './place.js';

/** Access to a bucket. Never part of a job, because jobs must not be able to send credentials to other servers. */
export interface S3Settings {
  /** Endpoint of another provider than AWS, e.g. `http://localhost:9000`. */
  endpoint?: string | undefined;
  region?: string | undefined;
  /** Whether the bucket is part of the path or of the host name. Default: of the path if there is an endpoint. */
  addressing?: 'path' | 'virtual' | undefined;
  accessKeyId?: string | undefined;
  secretAccessKey?: string | undefined;
  sessionToken?: string | undefined;
}

const checkEndpoint: Check<string> = (name, value) => {
  const text = checkText(name, value);
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text.replace(/\/+$/, '');
  throw new InvalidOptionError({ name, expected: 'an http: or https: address', received: 'something else' });
};

const SETTINGS = {
  endpoint: optional(checkEndpoint),
  region: orElse('us-east-1', checkText),
  addressing: optional(oneOf(['path', 'virtual'])),
  accessKeyId: optional(checkText),
  secretAccessKey: optional(checkText),
  sessionToken: optional(checkText),
} satisfies ChecksOf<S3Settings>;

/** Reads the settings from the environment variables that AWS's own tools use. */
export function s3Settings(env: NodeJS.ProcessEnv = process.env): S3Settings {
  const { FACIAL_LMK_S3_ADDRESSING: addressing } = env;
  return {
    endpoint: env.AWS_ENDPOINT_URL_S3 || env.AWS_ENDPOINT_URL || undefined,
    region: env.AWS_REGION || env.AWS_DEFAULT_REGION || undefined,
    addressing: (addressing || undefined) as S3Settings['addressing'],
    accessKeyId: env.AWS_ACCESS_KEY_ID || undefined,
    secretAccessKey: env.AWS_SECRET_ACCESS_KEY || undefined,
    sessionToken: env.AWS_SESSION_TOKEN || undefined,
  };
}

const ADDRESS = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*?))?\/*$/;

/** The parts of `s3://bucket/prefix`. @throws InvalidOptionError */
export function parseS3Address(address: string): { bucket: string; prefix: string } {
  const [, bucket, prefix = ''] = ADDRESS.exec(address) ?? [];
  if (bucket === undefined) {
    throw new InvalidOptionError({
      name: 'the bucket',
      expected: 's3://bucket/prefix',
      received: JSON.stringify(address),
    });
  }
  if (prefix !== '') checkName(prefix);
  return { bucket, prefix };
}

/** Signs a request. Without credentials it does nothing, for public buckets. */
type Sign = (request: HttpRequest) => Promise<HttpRequest>;

async function loadSigner({ accessKeyId, secretAccessKey, sessionToken, region }: S3Settings): Promise<Sign> {
  if (!accessKeyId || !secretAccessKey) return async (request) => request;
  const { AwsClient } = await import('aws4fetch').catch((cause) => {
    throw new InvalidOptionError({
      name: 'S3 storage',
      expected: 'the package aws4fetch, which signs requests',
      received: 'none',
      hint: 'Install it: `npm install aws4fetch`.',
      cause,
    });
  });
  const client = new AwsClient({
    accessKeyId,
    secretAccessKey,
    ...(sessionToken && { sessionToken }),
    ...(region && { region }),
    service: 's3',
  });
  return async (request) => {
    const { method, url, headers } = request;
    const signed = await client.sign(url, { method, headers: headers ?? {} });
    return { ...request, url: signed.url, headers: Object.fromEntries(signed.headers) };
  };
}

/** Percent-encodes all bytes except the unreserved characters of RFC 3986. */
const encode = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** The texts between the tags of this name. */
const textsOf = (xml: string, tag: string) =>
  [...xml.matchAll(new RegExp(`<${tag}>([^<]*)</${tag}>`, 'g'))].map(([, text]) =>
    text.replace(/&(#x?)?(\w+);/g, (whole, number, name) => {
      if (number === undefined) return ENTITIES[name] ?? whole;
      return String.fromCodePoint(Number.parseInt(name, number === '#' ? 10 : 16));
    }),
  );

/** The keys of a page. They are URL-encoded, because XML cannot hold every character, unless the storage does not support that. */
function keysOf(xml: string): string[] {
  const isEncoded = textsOf(xml, 'EncodingType')[0] === 'url';
  return textsOf(xml, 'Key').map((key) => (isEncoded ? decodeURIComponent(key.replaceAll('+', ' ')) : key));
}

/** A bucket, or the part below a prefix, of S3 or of a compatible storage. */
export class S3Place implements Place {
  readonly address: string;
  readonly #client: HttpClient;
  readonly #prefix: string;
  readonly #base: string;
  readonly #sign: Sign;

  private constructor(address: string, base: string, sign: Sign, client: HttpClient) {
    const { bucket, prefix } = parseS3Address(address);
    this.address = prefix === '' ? `s3://${bucket}` : `s3://${bucket}/${prefix}`;
    this.#prefix = prefix === '' ? '' : `${prefix}/`;
    this.#base = base;
    this.#sign = sign;
    this.#client = client;
  }

  /** @throws InvalidOptionError */
  static async open(address: string, settings: S3Settings = s3Settings(), client = new HttpClient()): Promise<S3Place> {
    const { bucket } = parseS3Address(address);
    const { endpoint, region, addressing, ...credentials } = checkOptions('S3Place.open', settings, SETTINGS);
    const service = new URL(endpoint ?? `https://s3.${region}.amazonaws.com`);
    const style = addressing ?? (endpoint ? 'path' : 'virtual');
    if (style === 'virtual') service.hostname = `${bucket}.${service.hostname}`;
    const base = service.href.replace(/\/+$/, '') + (style === 'path' ? `/${bucket}` : '');
    return new S3Place(address, base, await loadSigner({ ...credentials, region }), client);
  }

  async *list(folder: string): AsyncGenerator<string> {
    const prefix = this.#prefix + (folder === '' ? '' : `${folder}/`);
    let token: string | undefined;
    do {
      const query = { 'list-type': '2', 'encoding-type': 'url', prefix, ...(token && { 'continuation-token': token }) };
      const text = Object.entries(query).map(([name, value]) => `${name}=${encode(value)}`);
      const make = () => this.#sign({ method: 'GET', url: `${this.#base}/?${text.join('&')}` });
      const xml = await this.#client.request(make, (response) => response.text(), { name: this.address });
      if (xml === undefined) {
        throw new FileAccessError({ name: this.address, expected: 'a bucket', received: 'nothing there' });
      }
      for (const key of keysOf(xml)) {
        const name = key.slice(this.#prefix.length);
        if (!name.endsWith('/') && !/(^|\/)\./.test(name)) yield name;
      }
      [token] = textsOf(xml, 'NextContinuationToken');
    } while (token !== undefined);
  }

  size(name: string): Promise<number | undefined> {
    const make = () => this.#sign({ method: 'HEAD', url: this.#url(name) });
    const take = async (response: { headers: { get(name: string): string | null } }) =>
      Number(response.headers.get('content-length'));
    return this.#client.request(make, take, { name: `${this.address}/${name}` });
  }

  read(name: string, options: ReadOptions): Promise<Uint8Array | undefined> {
    const make = () => this.#sign({ method: 'GET', url: this.#url(name) });
    return this.#client.read(make, options, `${this.address}/${name}`);
  }

  async write(name: string, bytes: Uint8Array | string): Promise<void> {
    await this.#change({ method: 'PUT', url: this.#url(name), body: bytes }, name);
  }

  async remove(name: string): Promise<void> {
    await this.#change({ method: 'DELETE', url: this.#url(name) }, name);
  }

  async #change(request: HttpRequest, name: string): Promise<void> {
    const take = async (response: { arrayBuffer(): Promise<unknown> }) => {
      await response.arrayBuffer();
      return true;
    };
    const isThere = await this.#client.request(() => this.#sign(request), take, { name: `${this.address}/${name}` });
    if (isThere || request.method === 'DELETE') return;
    throw new FileAccessError({ name: this.address, expected: 'a bucket', received: 'nothing there' });
  }

  #url(name: string): string {
    return `${this.#base}/${encode(this.#prefix + checkName(name)).replaceAll('%2F', '/')}`;
  }
}

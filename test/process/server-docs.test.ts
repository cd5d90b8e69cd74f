// The page that describes the service, and answers that a client has already.
import { describe, expect, it } from 'vitest';
import { createApp } from '../../src/server/create-app.js';
import { OPERATIONS } from '../../src/server/openapi.js';
import { emptyService } from '../support/stub-service.js';

const app = (token?: string) => createApp({ service: emptyService, onError: () => undefined, token });
const page = async (token?: string) => (await app(token).request('http://127.0.0.1:8081/docs')).text();

describe('/docs', () => {
  it('shows every operation, parameter and answer of the description', async () => {
    const html = await page();
    const { paths } = await (await app().request('/openapi.json')).json();
    for (const { method, path } of Object.values(OPERATIONS)) {
      expect(html).toContain(`<h2>${method.toUpperCase()} ${path}</h2>`);
      const { parameters = [], responses } = paths[path][method];
      for (const { name } of parameters) expect(html).toContain(`<code>${name}</code>`);
      for (const { description } of Object.values<{ description: string }>(responses)) {
        expect(html).toContain(description.replaceAll('"', '&quot;'));
      }
    }
  });

  it('gives the line to type for each, with the address that the reader used', async () => {
    const html = await page();
    expect(html).toContain('curl -sf --data-binary @photo.jpg http://127.0.0.1:8081/v1/detect<');
    expect(html).toContain('curl -sf --data-binary @photo.jpg http://127.0.0.1:8081/v1/overlay -o faces.png<');
    expect(html).toContain('curl -sf http://127.0.0.1:8081/v1/health<');
    expect(html).not.toContain('Authorization');
    expect(await page('secret')).toContain("-H 'Authorization: Bearer &lt;token&gt;' http://127.0.0.1:8081/metrics<");
  });

  it('asks for nothing but its own style, and holds no script', async () => {
    const html = await page();
    expect(html).not.toMatch(/<script|style=|<style/);
    const links = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link);
    expect(new Set(links)).toEqual(new Set(['data:,', '/docs.css', '/openapi.json', '/']));
    const style = await app().request('/docs.css');
    expect([style.status, style.headers.get('content-type')]).toEqual([200, 'text/css; charset=utf-8']);
  });
});

describe('who has an answer already', () => {
  it.each(['/docs', '/docs.css', '/openapi.json', '/', '/sample.jpg'])('of %s is told so', async (path) => {
    const first = await app().request(path);
    const tag = first.headers.get('etag') as string;
    expect(tag).toMatch(/^(W\/)?"[^"]+"$/);
    const again = await app().request(path, { headers: { 'if-none-match': tag } });
    expect([again.status, await again.text()]).toEqual([304, '']);
    const other = await app().request(path, { headers: { 'if-none-match': '"another"' } });
    expect(other.status).toBe(200);
  });
});

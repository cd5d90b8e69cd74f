// The service behind a web server of yours: /faces/ is handed on to it with a token that browsers never see, everything else is
// your own pages. The service itself listens on this machine alone.
//   node examples/proxy/start.mjs
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const port = Number(process.argv[2] ?? 8091);
const library = dirname(fileURLToPath(import.meta.resolve('onnx-facial-lmk-detector/package.json')));
const token = randomBytes(32).toString('hex');

const service = spawn(process.execPath, [join(library, 'dist/cli/main.js'), 'serve', '--port', '0'], {
  env: { ...process.env, FACIAL_LMK_TOKEN: token },
  stdio: ['ignore', 'pipe', 'inherit'],
});
const [address] = await once(createInterface({ input: service.stdout }), 'line');
const { hostname, port: servicePort } = new URL(address);

/** Hands a request on, and its answer back. */
function handOn(incoming, outgoing, path) {
  // Host and origin too: the service refuses what pages elsewhere send through a visitor's browser.
  const kept = [
    'host',
    'origin',
    'sec-fetch-site',
    'sec-fetch-mode',
    'content-type',
    'content-length',
    'transfer-encoding',
  ];
  const headers = { authorization: `Bearer ${token}` };
  for (const name of kept) if (incoming.headers[name] !== undefined) headers[name] = incoming.headers[name];
  const onward = request({ hostname, port: servicePort, method: incoming.method, path, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode, answer.headers);
    answer.pipe(outgoing);
  });
  onward.on('error', () => outgoing.headersSent || outgoing.writeHead(502).end('The service does not answer.'));
  outgoing.on('close', () => onward.destroy());
  incoming.pipe(onward);
}

const server = createServer((incoming, outgoing) => {
  const [, path] = /^\/faces(\/.*)$/.exec(incoming.url) ?? [];
  if (path?.startsWith('/v1/')) return handOn(incoming, outgoing, path);
  outgoing.end('Your own page. POST an image to /faces/v1/detect.\n');
});
server.listen(port, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));

for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, () => {
    server.close();
    service.kill('SIGTERM');
  });
}
service.once('exit', (code) => process.exit(code ?? 1));

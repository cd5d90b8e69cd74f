import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { encodeImage } from 'onnx-facial-lmk-detector/node';
import type { Bench } from './bench.js';

const CLIENTS = 32;
const SECONDS = 60;
const MAIN = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));

/** `facial-lmk serve` under the load of many clients that each send the next image when the last one was answered. */
export const benchServe: Bench = async ({ models, images }) => {
  const networks = ['--detector', models.detector, '--landmarker', models.landmarker];
  const server = spawn(process.execPath, [MAIN, 'serve', '--port', '0', ...networks], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => server.once('exit', resolve));
  const address = await new Promise<string>((resolve) => {
    server.stdout.once('data', (line: Buffer) => resolve(line.toString().trim()));
  });
  const [{ name, image }] = images;
  const body = new Uint8Array(await encodeImage(image, 'jpeg'));

  const times: number[] = [];
  const statuses: Record<string, number> = {};
  const until = performance.now() + SECONDS * 1000;
  const client = async () => {
    while (performance.now() < until) {
      const start = performance.now();
      const status = await fetch(`${address}/v1/detect`, { method: 'POST', body }).then(
        async (response) => {
          await response.arrayBuffer();
          return String(response.status);
        },
        (error: Error) => error.message,
      );
      statuses[status] = (statuses[status] ?? 0) + 1;
      if (status === '200') times.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  const metrics = await (await fetch(`${address}/metrics`)).text();
  const delay = /^nodejs_eventloop_lag_p99_seconds (\S+)/m.exec(metrics)?.[1];
  server.kill('SIGTERM');
  await ended;

  times.sort((a, b) => a - b);
  const quantile = (q: number) => times[Math.round(q * (times.length - 1))].toFixed(0);
  const answers = Object.entries(statuses).map(([status, count]) => `${count} x ${status}`);
  return [
    {
      title: `Service, ${name} (${image.width} x ${image.height} JPEG): ${CLIENTS} clients for ${SECONDS} s`,
      rows: [],
      note:
        `Answers: ${answers.join(', ')}; ${(times.length / SECONDS).toFixed(1)} images a second. Latency: ${quantile(0.5)} ms at the ` +
        `median, ${quantile(0.95)} at the 95th, ${quantile(0.99)} at the 99th percentile. ` +
        `Event loop delay of the server: ${(1000 * Number(delay)).toFixed(1)} ms at the 99th percentile.`,
    },
  ];
};

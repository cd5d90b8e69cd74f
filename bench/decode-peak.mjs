// Child of `decoder-memory.ts`: decodes one file and says how much more memory the process took at most, without the file's bytes.
import { readFileSync } from 'node:fs';
import { decodeImage } from 'onnx-facial-lmk-detector/node';

const [path, warmUp, decoder] = process.argv.slice(2);
// Loads the decoder, which takes memory once.
await decodeImage(readFileSync(warmUp), { decoder });
const bytes = readFileSync(path);
const before = process.memoryUsage().rss;
let most = before;
const timer = setInterval(() => {
  most = Math.max(most, process.memoryUsage().rss);
}, 2);
await decodeImage(bytes, { decoder });
clearInterval(timer);
const status = process.platform === 'linux' ? readFileSync('/proc/self/status', 'utf8') : '';
const kilobytes = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0);
// `decodeImage` copies the bytes.
console.log(Math.max(most, 1024 * kilobytes) - before - bytes.length);

// Child of `merged.ts`: runs one graph on one raw image and says how much memory the process took at most.
import { readFileSync } from 'node:fs';
import { InferenceSession, Tensor } from 'onnxruntime-node';

const [model, image, width, height] = process.argv.slice(2);
const session = await InferenceSession.create(model, { logSeverityLevel: 3 });
const input = new Tensor('uint8', new Uint8Array(readFileSync(image)), [Number(height), Number(width), 3]);
for (let i = 0; i < 10; i++) await session.run({ input });
// The figure of getrusage() counts what the parent took before the child's program was loaded; that of Linux does not.
const status = process.platform === 'linux' ? readFileSync('/proc/self/status', 'utf8') : '';
const kilobytes = /VmHWM:\s+(\d+)/.exec(status)?.[1] ?? process.resourceUsage().maxRSS;
console.log(Number(kilobytes) * 1024);

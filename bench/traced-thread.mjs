// Thread of the pool of `trace.ts`.
import './trace-hooks.mjs';
import 'onnx-facial-lmk-detector/worker';

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** A list of C++. */
interface Vector {
  size(): number;
  get(index: number): { data(): Float32Array };
}

interface Runner {
  GetInputs(): Vector;
  GetOutputs(): Vector;
  Infer(): boolean;
}

/** What of TensorFlow Lite's WebAssembly build is used here. */
interface TfliteModule {
  _malloc(bytes: number): number;
  HEAPU8: Uint8Array;
  TFLiteWebModelRunner: {
    CreateFromBufferAndOptions(
      address: number,
      bytes: number,
      options: { numThreads: number; enableProfiling: boolean; maxProfilingBufferEntries: number },
    ): { ok(): boolean; errorMessage(): string; value(): Runner };
  };
}

const require = createRequire(import.meta.url);
const BUILD = '@tensorflow/tfjs-tflite/wasm/tflite_web_api_cc_simd';

/**
 * Runs a network of one input with TensorFlow Lite's own kernels (XNNPACK). Loads the WebAssembly build directly: the
 * package's JavaScript wants a page.
 *
 * @param input channels last
 * @returns the outputs in the network's order, channels last
 */
export async function runTflite(network: Uint8Array, input: Float32Array): Promise<Float32Array[]> {
  const factory: (settings: object) => Promise<TfliteModule> = require(`${BUILD}.js`);
  const module = await factory({
    wasmBinary: readFileSync(require.resolve(`${BUILD}.wasm`)),
    locateFile: (path: string) => path,
    // It reports that the delegate was created.
    printErr: () => undefined,
  });
  const address = module._malloc(network.length);
  module.HEAPU8.set(network, address);
  const created = module.TFLiteWebModelRunner.CreateFromBufferAndOptions(address, network.length, {
    numThreads: 1,
    enableProfiling: false,
    maxProfilingBufferEntries: 1,
  });
  if (!created.ok()) throw new Error(created.errorMessage());
  const runner = created.value();
  runner.GetInputs().get(0).data().set(input);
  if (!runner.Infer()) throw new Error('TensorFlow Lite could not run the network.');
  const outputs = runner.GetOutputs();
  // The values lie in the memory of the WebAssembly module.
  return Array.from({ length: outputs.size() }, (_, i) => outputs.get(i).data().slice());
}

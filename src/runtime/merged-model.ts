/// <reference lib="esnext.disposable" preserve="true" />
import { ModelContractError } from '../errors.js';
import { packPixels } from '../image/pack-pixels.js';
import { OUTPUT_NAMES, type OutputName } from '../merged/parity.js';
import { tensor } from '../tensor.js';
import type { PixelImage, RawOutputs, Tensor } from '../types.js';
import type { Session, SessionTensor } from './session.js';

/** The whole detector as one ONNX graph: uint8 BGR image in, the six outputs out. */
export interface MergedModel<Outputs extends RawOutputs = RawOutputs> extends AsyncDisposable {
  readonly name: string;
  run(image: PixelImage): Promise<Outputs>;
  /** Waits for running calls, then frees the session. */
  close(): Promise<void>;
}

/** The graph's input: `(h, w, 3)` uint8 BGR, compact. */
function toBgr(image: PixelImage): SessionTensor {
  return { type: 'uint8', data: packPixels(image, 'bgr'), dims: [image.height, image.width, 3] };
}

/** int64 coordinates as int32: no pixel coordinate needs more. */
function narrow({ data, dims }: SessionTensor): Tensor<Int32Array> {
  return tensor(Int32Array.from(data as BigInt64Array, Number), dims);
}

/**
 * A session of the upstream `model.onnx`, or of any graph with its input and outputs, as a function of an image. A session
 * of another graph is closed.
 * @throws ModelContractError
 */
export async function mergedModelFromSession(session: Session): Promise<MergedModel> {
  const names = session.outputs.map((output) => output.name);
  if (session.inputs.length !== 1 || OUTPUT_NAMES.some((name) => !names.includes(name))) {
    await session.close();
    throw new ModelContractError({
      name: `the merged model (${session.name})`,
      expected: `one image input and the outputs ${OUTPUT_NAMES.join(', ')}`,
      received: `${session.inputs.length} inputs and the outputs ${names.join(', ')}`,
      hint: 'Use the model.onnx of onnx-facial-lmk-detector.',
    });
  }
  return {
    name: session.name,
    async run(image) {
      const results = await session.infer({ [session.inputs[0].name]: toBgr(image) });
      const by = (name: OutputName) => results[names.indexOf(name)];
      const float = ({ data, dims }: SessionTensor) => tensor(data as Float32Array, dims);
      return {
        scores: float(by('scores')),
        bboxes: narrow(by('bboxes')),
        kpss: narrow(by('kpss')),
        align_imgs: tensor(by('align_imgs').data as Uint8Array, by('align_imgs').dims),
        lmks: narrow(by('lmks')),
        M: float(by('M')),
      };
    },
    close: session.close,
    [Symbol.asyncDispose]: session.close,
  };
}

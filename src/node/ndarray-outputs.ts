import type { NdArray } from 'ndarray';
import type { RawOutputs, Tensor } from '../types.js';
import { toNdarray } from './to-ndarray.js';

/** The merged model's six outputs as ndarrays. */
export type NdarrayOutputs = { [K in keyof RawOutputs]: RawOutputs[K] extends Tensor<infer T> ? NdArray<T> : never };

export function ndarrayOutputs({ scores, bboxes, kpss, align_imgs, lmks, M }: RawOutputs): NdarrayOutputs {
  return {
    scores: toNdarray(scores),
    bboxes: toNdarray(bboxes),
    kpss: toNdarray(kpss),
    align_imgs: toNdarray(align_imgs),
    lmks: toNdarray(lmks),
    M: toNdarray(M),
  };
}

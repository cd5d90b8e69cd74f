// The whole pipeline against what the merged model returned for photographs, every element of every output.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toRawOutputs } from '../../src/face/to-raw-outputs.js';
import {
  compareOutputs,
  formatDifferences,
  mergeDifferences,
  OUTPUT_NAMES,
  type OutputDifferences,
} from '../../src/merged/parity.js';
import { loadNetwork } from '../../src/node/runtime/load-network.js';
import type { OnnxNetwork } from '../../src/runtime/onnx-network.js';
import { analyzeFaces } from '../../src/stages/pipeline.js';
import { sha256 } from '../support/fixtures.js';
import { identical } from '../support/parity.js';
import { goldenNames, needsReference, readGolden, reference, referenceModel } from '../support/reference.js';

/**
 * The reference ran on a CPU with AVX2. With AVX-512, ONNX Runtime's convolutions add in another order, so that the
 * detector itself returns scores which differ by up to two units in the last place. Nothing of ours touches a score.
 */
const otherConvolutions = /\bavx512f\b/.test(process.platform === 'linux' ? readFileSync('/proc/cpuinfo', 'utf8') : '');
const SCORE_TOLERANCE = otherConvolutions ? 2 * 2 ** -24 : 0;

describe.skipIf(!reference)(`photographs${needsReference}`, () => {
  let networks: { detector: OnnxNetwork; landmarker: OnnxNetwork };
  const all: OutputDifferences[] = [];

  beforeAll(async () => {
    networks = {
      detector: await loadNetwork(referenceModel('det_2.5g.onnx')),
      landmarker: await loadNetwork(referenceModel('2d106det_standin.onnx')),
    };
  });
  afterAll(async () => {
    await Promise.all(Object.values(networks).map((network) => network.close()));
    console.log(formatDifferences(mergeDifferences(all)));
  });

  it.each(goldenNames())('%s: all six outputs are bit-identical', async (name) => {
    const golden = await readGolden(name);
    const outputs = toRawOutputs(await analyzeFaces(networks, golden.image));
    for (const output of OUTPUT_NAMES) expect(outputs[output].shape).toEqual(golden.outputs[output].shape);
    const { scores, ...rest } = compareOutputs(outputs, golden.outputs);
    all.push({ scores, ...rest });
    expect(scores.worst).toBeLessThanOrEqual(SCORE_TOLERANCE);
    for (const found of Object.values(rest)) expect(found).toEqual(identical(found.length));
    expect(sha256(outputs.align_imgs.data)).toBe(golden.alignImgsSha256);
  });
});

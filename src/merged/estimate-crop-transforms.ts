import { COLLINEAR } from '../alignment/estimate-crop-transforms.js';
import { ALIGNMENT_TEMPLATES } from '../alignment/templates.js';
import type { GraphBuilder, Value } from '../onnx/graph-builder.js';
import { LAST, operators } from '../onnx/operators.js';
import { transformPoints } from './affine.js';
import { closedFormSimilarity, moments } from './closed-form-similarity.js';
import { similarityTransform } from './similarity-transform.js';

const TEMPLATES = ALIGNMENT_TEMPLATES.length;
const POINTS = ALIGNMENT_TEMPLATES[0].length;
const FRONTAL = ALIGNMENT_TEMPLATES[2];

const flat = (points: readonly { x: number; y: number }[]) => points.flatMap(({ x, y }) => [x, y]);

/** Twin of `misfit`: `(t, n, 1)` distances between mapped key points and templates. */
function misfit(g: GraphBuilder, matrices: Value, keypoints: Value, target: Value): Value {
  const { add, sub, mul, sqrt, reshape, split, sum } = operators(g);
  const difference = sub(transformPoints(g, matrices, keypoints), target);
  const [dx, dy] = split(difference, 2, -1);
  const distances = sqrt(add(mul(dx, dx), mul(dy, dy)));
  return sum(split(reshape(distances, [TEMPLATES, -1, POINTS]), POINTS, -1));
}

/** Twin of `bestFit`: `(t, n, 6)` candidates -> the `(n, 6)` that fit best, the first on a tie. */
function bestFit(g: GraphBuilder, candidates: Value, errors: Value): Value {
  const { reshape, transpose } = operators(g);
  const best = g.add('ArgMin', [reshape(errors, [TEMPLATES, -1])], { axis: 0n, keepdims: 0n });
  return g.add('GatherND', [transpose(candidates, [1, 0, 2]), reshape(best, [-1, 1])], { batch_dims: 1n });
}

/**
 * Twin of `alignment/estimate-crop-transforms.ts`: key points -> the similarity transform to the best of the templates.
 *
 * The last bits depend on a face's place in the batch (see `similarityTransform`), so one dummy face goes before the real
 * ones as in the graph that this one reproduces. It also keeps the batch from being empty.
 *
 * @param keypoints `(n, 5, 2)` int64, image pixels
 * @returns `(n, 6)` float32: image -> crop
 */
export function estimateCropTransforms(g: GraphBuilder, keypoints: Value): Value {
  const { add, sub, mul, greater, and, equal, where, cast, concat, reshape, slice } = operators(g);
  const dummy = g.float(flat(FRONTAL), [1, POINTS, 2]);
  const source = reshape(concat([dummy, cast(keypoints, 'float')], 0), [1, -1, POINTS, 2]);
  const target = g.float(ALIGNMENT_TEMPLATES.flatMap(flat), [TEMPLATES, 1, POINTS, 2]);

  const exact = similarityTransform(g.scope('similarityTransform'), source, target, TEMPLATES);
  const from = moments(g.scope('moments'), source, POINTS);
  const fallback = closedFormSimilarity(g.scope('closedFormSimilarity'), from, ALIGNMENT_TEMPLATES);

  const spread = add(from.xx, from.yy);
  const area = sub(mul(from.xx, from.yy), mul(from.xy, from.xy));
  const double = (value: number) => g.constant('double', value);
  const twoDimensional = greater(area, mul(mul(double(COLLINEAR), spread), spread));
  // Zero times an entry is 0, or NaN where the entry is not finite.
  const zeros = g.add('ReduceSum', [mul(exact, 0), g.int64([0, 2])], { keepdims: 1n });
  const regular = and(twoDimensional, equal(zeros, 0));
  const candidates = where(regular, exact, fallback);

  const best = bestFit(g, candidates, misfit(g.scope('misfit'), candidates, source, target));
  const extended = reshape(greater(spread, double(0)), [-1, 1]);
  return slice(where(extended, best, 0), 1, LAST, 0);
}

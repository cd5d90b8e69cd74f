import { sha256 } from '@noble/hashes/sha2';
import { bytesToHex } from '@noble/hashes/utils';
import { type Checked, type ChecksOf, checkOptions, oneOf, orElse } from '../check-options.js';
import { ModelContractError } from '../errors.js';
import { checkLandmarker, fixedBatch } from '../landmark106/contract.js';
import { LANDMARK106 } from '../landmark106/spec.js';
import { convertOpset } from '../onnx/convert-opset.js';
import { embedGraph } from '../onnx/embed-graph.js';
import { GraphBuilder, type Value } from '../onnx/graph-builder.js';
import { writeModel } from '../onnx/model.js';
import { operators } from '../onnx/operators.js';
import { type NetworkFile, readNetwork } from '../onnx/read-network.js';
import { checkBytes, checkText } from '../options.js';
import { checkDetector, fixedDetectorSide } from '../scrfd/contract.js';
import { describeSide } from '../scrfd/detector-side.js';
import { ALIGN_OPTIONS, type AlignOptions } from '../stages/align-face.js';
import { DETECT_OPTIONS, type DetectOptions, type DetectSettings, detectSettings } from '../stages/detect-faces.js';
import { KEYPOINT_NAMES } from '../types.js';
import { isYunet } from '../yunet/is-yunet.js';
import { yunetToScrfd } from '../yunet/yunet-to-scrfd.js';
import { invertAffine } from './affine.js';
import { BOX_CORNERS, decodeAnchors } from './decode-anchors.js';
import { decodeLandmarks } from './decode-landmarks.js';
import { estimateCropTransforms } from './estimate-crop-transforms.js';
import { type ImagePlanes, imagePlanes } from './image-planes.js';
import { landmarkInput, landmarkTaps } from './landmark-input.js';
import { letterbox } from './letterbox.js';
import { nms } from './nms.js';
import { sideForImage } from './side-for-image.js';
import { toImage } from './to-image.js';
import { borderedPlanes, warpAffine } from './warp-affine.js';

export interface MergeOptions extends Omit<DetectOptions, 'largeImages' | 'signal' | 'recall'>, AlignOptions {
  /**
   * `int64` truncates the landmarks toward zero as the upstream model does, `float` keeps them as they are.
   * Default `int64`.
   */
  landmarkType?: 'int64' | 'float' | undefined;
  /** What an error calls the two networks: their paths. */
  detectorName?: string | undefined;
  landmarkerName?: string | undefined;
}

/** The oldest operator set in which all operators of the graph have today's form. */
const OPSET = 16;

const { cropSide, inputSide, points: LANDMARKS } = LANDMARK106;
const KEYPOINTS = KEYPOINT_NAMES.length;

const { minScore, iouThreshold, maxFaces, detectorSide } = DETECT_OPTIONS;
/** What becomes part of the graph, and stands in its metadata. */
const GRAPH_OPTIONS = {
  minScore,
  iouThreshold,
  maxFaces,
  detectorSide,
  ...ALIGN_OPTIONS,
  landmarkType: orElse('int64', oneOf(['int64', 'float'])),
};
const MERGE_OPTIONS = {
  ...GRAPH_OPTIONS,
  detectorName: orElse('the detector', checkText),
  landmarkerName: orElse('the landmarker', checkText),
} satisfies ChecksOf<MergeOptions>;

type Settings = DetectSettings<Checked<typeof GRAPH_OPTIONS>>;

function readDetector(bytes: Uint8Array, name: string): NetworkFile {
  const detector = readNetwork(bytes, name);
  return isYunet(detector) ? readNetwork(yunetToScrfd(bytes, name), name) : detector;
}

function readNetworks(
  detectorBytes: Uint8Array,
  landmarkerBytes: Uint8Array,
  { detectorName, landmarkerName }: Pick<Checked<typeof MERGE_OPTIONS>, 'detectorName' | 'landmarkerName'>,
) {
  const detector = readDetector(detectorBytes, detectorName);
  const landmarker = readNetwork(landmarkerBytes, landmarkerName);
  checkDetector(detector);
  checkLandmarker(landmarker);
  const batch = fixedBatch(landmarker);
  if (batch !== undefined && batch !== 1) {
    throw new ModelContractError({
      name: `the landmarker (${landmarker.name})`,
      expected: 'a batch of 1, or one that may vary,',
      received: `a fixed batch of ${batch}`,
    });
  }
  return { detector, landmarker };
}

/** Operators of other domains that the networks use. */
function foreignOperatorSets(networks: readonly NetworkFile[]) {
  const sets = new Map<string, bigint>();
  for (const { name, model } of networks) {
    for (const { domain = '', version = 1n } of model.operatorSets) {
      if (domain === '' || domain === 'ai.onnx') continue;
      const other = sets.get(domain);
      if (other !== undefined && other !== version) {
        throw new ModelContractError({
          name,
          expected: `version ${other} of the operators of ${domain}, as the other network,`,
          received: `version ${version}`,
        });
      }
      sets.set(domain, version);
    }
  }
  return [...sets].map(([domain, version]) => ({ domain, version }));
}

/** Runs one network inside the graph that `g` builds. */
function runNetwork(g: GraphBuilder, network: NetworkFile, opset: number, input: Value): Value[] {
  const graph = convertOpset(network.graph, network.opset, opset, network.name);
  return embedGraph(g, graph, { [network.inputs[0].name]: input });
}

/**
 * One landmark input as a batch whose size the runtime does not know before it runs, as in the split pipeline: where it knows
 * all shapes it fuses additions into convolutions, and the landmarks would not be the last bits of the network alone.
 *
 * @param condition true, and no constant
 */
function openBatch(g: GraphBuilder, input: Value, condition: Value): Value {
  const { cast, concat, reshape } = operators(g);
  const one = reshape(cast(condition, 'int64'), [1]);
  const batch = reshape(input, concat([one, g.int64([3, inputSide, inputSide])], 0));
  // Sizes are the same to the runtime only by their name, and additions are fused only where sizes are the same.
  return g.describe(batch, 'float', ['landmarkBatch', 3, inputSide, inputSide]);
}

/**
 * What happens face by face: crop, landmark input, landmark network. A loop keeps memory the same for one face and for a
 * thousand, and its arrays in the processor's cache.
 *
 * @param cropToImage `(n, 6)`
 * @returns crops `(n, 224, 224, 3)` uint8 and network outputs `(n, 212)`
 */
function eachFace(
  g: GraphBuilder,
  image: ImagePlanes,
  cropToImage: Value,
  landmarker: NetworkFile,
  opset: number,
  options: Settings,
): [crops: Value, values: Value] {
  const planes = borderedPlanes(g.scope('borderedPlanes'), image);
  const taps = landmarkTaps(g.scope('landmarkTaps'));
  const body = g.subgraph('face');
  const index = body.input(`${body.prefix}index`, 'int64', []);
  const condition = body.input(`${body.prefix}condition`, 'bool', []);
  const inner = operators(body);
  const crop = warpAffine(body.scope('warpAffine'), planes, inner.gather(cropToImage, index));
  const input = landmarkInput(body.scope('landmarkInput'), taps, crop, options.landmarkChannelOrder);
  const isOpen = fixedBatch(landmarker) === undefined;
  const [values] = runNetwork(
    body.scope('landmarker'),
    landmarker,
    opset,
    isOpen ? openBatch(body, input, condition) : input,
  );
  body.output(body.add('Identity', [condition]), 'bool', []);
  const samples = inner.transpose(inner.cast(crop, 'uint8'), [1, 0]);
  body.output(inner.reshape(samples, [cropSide, cropSide, 3]), 'uint8', [cropSide, cropSide, 3]);
  body.output(inner.reshape(values, [2 * LANDMARKS]), 'float', [2 * LANDMARKS]);

  const { gather } = operators(g);
  const count = gather(g.add('Shape', [cropToImage]), 0);
  const [crops, allValues] = g.addMany('Loop', [count, ''], 2, { body: body.build() });
  return [crops, allValues];
}

/**
 * Composes one ONNX file from both networks and everything around them: uint8 BGR image in, the upstream model's six
 * outputs out, for any ONNX Runtime from 1.14 on. Each stage has a twin among the graph-building functions beside this
 * file, in the order of arithmetic of its TypeScript twin, so that the results are the same bits.
 *
 * @param detectorBytes an SCRFD network with key points, as an ONNX file
 * @param landmarkerBytes 2d106det or another network with its contract, as an ONNX file
 * @returns the ONNX file: input `input` uint8 `[height, width, 3]` BGR; outputs `scores` float32 `[N]`, `bboxes` int64
 *   `[N, 4]`, `kpss` int64 `[N, 5, 2]`, `align_imgs` uint8 `[N, 224, 224, 3]` BGR, `lmks` int64 (or float32)
 *   `[N, 106, 2]`, `M` float32 `[N, 2, 3]`; images of any size
 * @throws ModelFileError for bytes that are no ONNX network or keep their weights elsewhere, ModelContractError for
 *   another kind of network, InvalidOptionError
 */
export function composeMergedModel(
  detectorBytes: Uint8Array,
  landmarkerBytes: Uint8Array,
  options: MergeOptions = {},
): Uint8Array {
  checkBytes('detectorBytes', detectorBytes);
  checkBytes('landmarkerBytes', landmarkerBytes);
  const { detectorName, landmarkerName, ...checked } = checkOptions('composeMergedModel', options, MERGE_OPTIONS);
  const { detector, landmarker } = readNetworks(detectorBytes, landmarkerBytes, { detectorName, landmarkerName });
  const settings = detectSettings(detector, checked);
  const { minScore, iouThreshold, maxFaces, landmarkType } = settings;
  const opset = Math.max(OPSET, detector.opset, landmarker.opset);

  const g = new GraphBuilder('onnx-facial-lmk-detector');
  const { cast, reshape, slice } = operators(g);
  const image = imagePlanes(g.scope('imagePlanes'), g.input('input', 'uint8', ['height', 'width', 3]));
  const side = sideForImage(g.scope('sideForImage'), image, settings.detectorSide);

  // The shape is as open or fixed as the detector declares it: where the runtime knows shapes it fuses additions into
  // convolutions, and the scores would not be the last bits of the detector alone.
  const boxed = letterbox(g.scope('letterbox'), image, side);
  const fixed = fixedDetectorSide(detector);
  const detectorInput = fixed === undefined ? boxed : reshape(boxed, [1, 3, fixed, fixed]);
  const detectorOutputs = runNetwork(g.scope('detector'), detector, opset, detectorInput);
  const candidates = decodeAnchors(g.scope('decodeAnchors'), detectorOutputs, side, minScore);
  const kept = nms(g.scope('nms'), candidates, iouThreshold, maxFaces);
  const points = g.describe(toImage(g.scope('toImage'), kept.points, image, side), 'int64', ['N', 7, 2]);
  const keypoints = slice(points, BOX_CORNERS, BOX_CORNERS + KEYPOINTS, 1);

  const imageToCrop = g.describe(estimateCropTransforms(g.scope('estimateCropTransforms'), keypoints), 'float', [
    'N',
    6,
  ]);
  const cropToImage = g.describe(invertAffine(g.scope('invertAffine'), imageToCrop), 'float', ['N', 6]);
  const [crops, values] = eachFace(g, image, cropToImage, landmarker, opset, settings);
  const landmarks = decodeLandmarks(g.scope('decodeLandmarks'), values, cropToImage);

  const name = (value: Value, output: string) => g.add('Identity', [value], {}, output);
  g.output(name(kept.scores, 'scores'), 'float', ['N']);
  const corners = slice(points, 0, BOX_CORNERS, 1);
  g.output(name(reshape(corners, [-1, 2 * BOX_CORNERS]), 'bboxes'), 'int64', ['N', 2 * BOX_CORNERS]);
  g.output(name(keypoints, 'kpss'), 'int64', ['N', KEYPOINTS, 2]);
  g.output(name(crops, 'align_imgs'), 'uint8', ['N', cropSide, cropSide, 3]);
  const lmks = landmarkType === 'int64' ? cast(landmarks, 'int64') : landmarks;
  g.output(name(lmks, 'lmks'), landmarkType, ['N', LANDMARKS, 2]);
  g.output(name(reshape(imageToCrop, [-1, 2, 3]), 'M'), 'float', ['N', 2, 3]);

  const model = g.model({
    opset,
    producerName: 'onnx-facial-lmk-detector',
    docString: 'SCRFD face detector and 2d106det landmarks as one graph: uint8 BGR image in, every face out.',
    metadata: {
      ...Object.fromEntries(Object.entries(settings).map(([key, value]) => [key, String(value)])),
      detectorSide: describeSide(settings.detectorSide),
      detectorSha256: bytesToHex(sha256(detectorBytes)),
      landmarkerSha256: bytesToHex(sha256(landmarkerBytes)),
    },
  });
  model.operatorSets.push(...foreignOperatorSets([detector, landmarker]));
  return writeModel(model);
}

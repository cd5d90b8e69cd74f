import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { estimateCropTransforms } from '../../src/alignment/estimate-crop-transforms.js';
import { anonymizeFaces } from '../../src/anonymize/anonymize-faces.js';
import { DetectionResult } from '../../src/detector/detection-result.js';
import { errorFromJson, errorToJson } from '../../src/detector/error-json.js';
import { FaceDetector } from '../../src/detector/face-detector.js';
import { resultToJson } from '../../src/detector/result-to-json.js';
import { drawScene } from '../../src/drawn-faces/draw-scene.js';
import * as errors from '../../src/errors.js';
import { byQuality } from '../../src/face/by-quality.js';
import { cropAvatars } from '../../src/face/crop-avatars.js';
import { cropFace } from '../../src/face/crop-face.js';
import { faceFromJson } from '../../src/face/face-from-json.js';
import { faceQuality } from '../../src/face/face-quality.js';
import { faceToJson } from '../../src/face/face-to-json.js';
import { eyeOpenness, interOcularDistance, mouthOpenness, rollAngle } from '../../src/face/geometry.js';
import { headPose } from '../../src/face/head-pose.js';
import { toRawOutputs } from '../../src/face/to-raw-outputs.js';
import { mirrorFace, transformFace } from '../../src/face/transform-face.js';
import { imageFromTensor } from '../../src/image/image-from-tensor.js';
import { packPixels } from '../../src/image/pack-pixels.js';
import { pixelView } from '../../src/image/pixel-image.js';
import { toTensor } from '../../src/image/to-tensor.js';
import * as pure from '../../src/index.js';
import { defaultKernels } from '../../src/kernels/default-kernels.js';
import { plainKernels } from '../../src/kernels/plain-kernels.js';
import * as kernels from '../../src/kernels-entry.js';
import { checkLandmarker } from '../../src/landmark106/contract.js';
import { mirrorLandmarks, to300W, toJd106 } from '../../src/landmark106/convert.js';
import { decodeLandmarks, inputToImage } from '../../src/landmark106/decode.js';
import { landmarkGroup, landmarkPath } from '../../src/landmark106/groups.js';
import { landmarkInput } from '../../src/landmark106/preprocess.js';
import { LANDMARK_INPUT_LENGTH, LANDMARK106 } from '../../src/landmark106/spec.js';
import { composeMergedModel } from '../../src/merged/compose-merged-model.js';
import { compareOutputs, difference, formatDifferences, mergeDifferences } from '../../src/merged/parity.js';
import { FacialLandmarkDetector } from '../../src/node/facial-landmark-detector.js';
import { drawOverlay, writeOverlay } from '../../src/node/images/draw-overlay.js';
import { encodeLike } from '../../src/node/images/encode-like.js';
import { encodeImage } from '../../src/node/images/image-codecs.js';
import { decodeImage, readImage, readImageStream } from '../../src/node/images/image-file.js';
import { writeImage } from '../../src/node/images/write-image.js';
import * as node from '../../src/node/index.js';
import { findModels } from '../../src/node/models/find-models.js';
import { createPool, Pool } from '../../src/node/pool/create-pool.js';
import {
  affineEntries,
  affineMatrix,
  composeAffine,
  invertAffine,
  transformPoint,
  transformPoints,
} from '../../src/ops/affine.js';
import { letterboxArea } from '../../src/ops/letterbox-area.js';
import { letterboxBilinear } from '../../src/ops/letterbox-bilinear.js';
import { iou, nms } from '../../src/ops/nms.js';
import { similarityTransform } from '../../src/ops/similarity-transform.js';
import { warpAffine } from '../../src/ops/warp-affine.js';
import { contactSheet } from '../../src/overlay/contact-sheet.js';
import { overlayRaster } from '../../src/overlay/overlay-raster.js';
import { overlayShapes } from '../../src/overlay/overlay-shapes.js';
import { overlaySvg } from '../../src/overlay/overlay-svg.js';
import { cosineSimilarity } from '../../src/recognition/cosine-similarity.js';
import { FaceIndex } from '../../src/recognition/face-index.js';
import { anchorLevels } from '../../src/scrfd/anchors.js';
import { checkDetector, sortOutputs } from '../../src/scrfd/contract.js';
import { decodeAnchors } from '../../src/scrfd/decode.js';
import { SCRFD } from '../../src/scrfd/spec.js';
import { alignFace, alignFaces } from '../../src/stages/align-face.js';
import { detectFaces } from '../../src/stages/detect-faces.js';
import { detectorInput } from '../../src/stages/detector-input.js';
import { landmarks } from '../../src/stages/landmarks.js';
import { analyzeFaces } from '../../src/stages/pipeline.js';
import { Workspace } from '../../src/stages/workspace.js';
import { tensor } from '../../src/tensor.js';
import { DEFAULT_SMOOTHING } from '../../src/tracking/face-smoother.js';
import { FaceTracker } from '../../src/tracking/face-tracker.js';
import { frames } from '../../src/tracking/frames.js';
import { OneEuroFilter } from '../../src/tracking/one-euro-filter.js';
import { faceIn, noise } from './face.js';
import { RECEIPT } from './receipt.js';
import { stubDetector, stubLandmarker } from './stub-networks.js';

const SIDE = 192;
const folder = mkdtempSync(join(tmpdir(), 'facial-lmk-exports-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

const image = noise(40, 30);
const view = pixelView(image);
const face = faceIn(image, 5, 5, 20);
const points = face.landmarksFloat;
const matrix = face.imageToCrop;
const detector = stubDetector({ side: SIDE });
const landmarker = stubLandmarker(0.25);
const networks = { detector, landmarker };
const workspace = new Workspace();
const outputs = await detector.infer(tensor(new Float32Array(), []));
const raw = toRawOutputs([face]);
const differences = compareOutputs(raw, raw);
const shapes = overlayShapes([face], { width: 40, height: 30, indices: true });
const png = await encodeImage(image, 'png');
const aligned = alignFace(image, face.keypoints);
const planes = new Float32Array(3 * SIDE * SIDE);
const result = {
  faces: [face],
  image: { name: 'a', width: 40, height: 30, decoder: 'none' },
  timings: { decode: 1, analyze: 2 },
  networks: RECEIPT,
};

/** Arguments that work, for each function by itself: whatever name and entry it is exported under. */
const VALID = new Map<unknown, readonly unknown[]>([
  [estimateCropTransforms, [[face.keypoints], [face.keypoints]]],
  [errorFromJson, [errorToJson(new errors.ClosedError({ name: 'a', expected: 'b', received: 'c' }))]],
  [errorToJson, [new Error('a'), { details: true }]],
  [errors.DownloadError, [{ name: 'a', expected: 'b', hint: 'c', failures: [{ location: 'd', reason: 'e' }] }]],
  [
    drawScene,
    [
      {
        seed: 1,
        width: 40,
        height: 30,
        faces: 1,
        minSize: 5,
        maxSize: 9,
        maxRollDegrees: 3,
        cut: 'left',
        placements: [{ center: { x: 9, y: 9 }, size: 9, rollRadians: 0 }],
      },
    ],
  ],
  [anonymizeFaces, [image, [face], { method: 'pixelate', shape: 'box', strength: 0.2 }]],
  [cropAvatars, [image, [face], { style: 'passport', size: 16, margin: 0.1 }]],
  [cropFace, [image, face, { template: 'arcface', size: 8, margin: 0.1 }]],
  [faceFromJson, [faceToJson(face)]],
  [byQuality, [{ score: 0.5 }, { score: 0.25 }]],
  [faceQuality, [face, { width: 40, height: 30 }]],
  [faceToJson, [face, { subpixel: true }]],
  [resultToJson, [result, { name: 'a', subpixel: true }]],
  [DetectionResult, [result]],
  ...[headPose, eyeOpenness, interOcularDistance, mouthOpenness, rollAngle, to300W, toJd106].map(
    (of) => [of, [points]] as const,
  ),
  [mirrorFace, [face, 40]],
  [transformFace, [face, matrix]],
  [mirrorLandmarks, [points, 40]],
  [landmarkGroup, [points, 'nose']],
  [landmarkPath, [points, 'leftEye']],
  [imageFromTensor, [face.crop, 'bgr']],
  [packPixels, [image, 'bgr']],
  [toTensor, [image, { layout: 'nhwc', order: 'bgr', mean: [1, 2, 3], std: 2, dtype: 'float32' }]],
  [cosineSimilarity, [Float32Array.of(1, 2), Float32Array.of(3, 4)]],
  [FaceIndex, []],
  [pixelView, [image]],
  [checkLandmarker, [landmarker]],
  [checkDetector, [detector]],
  [decodeLandmarks, [new Float32Array(212), matrix]],
  [inputToImage, [matrix]],
  [landmarkInput, [new Float32Array(224 * 224 * 3), new Float32Array(LANDMARK_INPUT_LENGTH), [0, 1, 2]]],
  [compareOutputs, [raw, raw]],
  [difference, [[1, 2], Float32Array.of(1, 3)]],
  [formatDifferences, [differences]],
  [mergeDifferences, [[differences, differences]]],
  [toRawOutputs, [[face]]],
  [affineEntries, [matrix]],
  [affineMatrix, [1, 2, 3, 4, 5, 6]],
  [composeAffine, [matrix, matrix]],
  [invertAffine, [matrix]],
  [transformPoint, [matrix, { x: 1, y: 2 }]],
  [transformPoints, [matrix, points]],
  [letterboxArea, [view, SIDE, SCRFD, planes]],
  [letterboxBilinear, [view, SIDE, SCRFD, planes]],
  [detectorInput, [view, SIDE, plainKernels, planes]],
  [warpAffine, [view, matrix, 8, [2, 1, 0]]],
  [iou, [Float32Array.of(0, 0, 2, 2, 1, 1, 3, 3), 0, 1]],
  [nms, [Float32Array.of(0, 0, 2, 2, 1, 1, 3, 3), Float32Array.of(0.5, 0.6), 0.4, 10]],
  [similarityTransform, [face.keypoints, face.keypoints]],
  [contactSheet, [[face], { columns: 1 }]],
  [overlayRaster, [image, shapes]],
  [overlayShapes, [[face], { width: 40, height: 30, indices: true }]],
  [overlaySvg, [shapes, { width: 40, height: 30, href: 'data:,' }]],
  [anchorLevels, [SIDE]],
  [sortOutputs, [detector, outputs, anchorLevels(SIDE)]],
  [decodeAnchors, [sortOutputs(detector, outputs, anchorLevels(SIDE)), anchorLevels(SIDE), 0.5]],
  [alignFace, [image, face.keypoints, { landmarkChannelOrder: 'rgb' }]],
  [alignFaces, [image, [face.keypoints], { landmarkChannelOrder: 'rgb' }]],
  [
    detectFaces,
    [
      detector,
      image,
      {
        minScore: 0.5,
        iouThreshold: 0.4,
        maxFaces: 3,
        detectorSide: SIDE,
        signal: new AbortController().signal,
        largeImages: 'reduce',
        recall: 'reference',
      },
      workspace,
    ],
  ],
  [
    analyzeFaces,
    [
      { ...networks, detectorSpec: SCRFD, landmarkerSpec: LANDMARK106 },
      image,
      { detectorSide: SIDE, landmarkChannelOrder: 'bgr' },
      workspace,
    ],
  ],
  [landmarks, [landmarker, [aligned], workspace]],
  [Workspace, [plainKernels]],
  [FaceTracker, [networks, { detectEvery: 2, maxMissing: 1, smoothing: DEFAULT_SMOOTHING, detectorSide: SIDE }]],
  [frames, [[new Uint8Array(12)], { width: 2, height: 2, channelOrder: 'rgb' }]],
  [OneEuroFilter, [DEFAULT_SMOOTHING.shape]],
  [
    composeMergedModel,
    [new Uint8Array(3), new Uint8Array(3), { minScore: 0.5, detectorName: 'a', landmarkType: 'float' }],
  ],
  [
    FaceDetector,
    [
      {
        detector: { ...detector, close: async () => {}, runtime: RECEIPT.runtime },
        landmarker: { ...landmarker, close: async () => {}, runtime: RECEIPT.runtime },
        identity: RECEIPT,
        version: '1.2.3',
        imageMemory: { acquire: async () => () => {} },
        readOptions: {},
        readPixels: async () => ({ pixels: image, name: 'a', decoder: 'none' }),
      },
    ],
  ],
  [drawOverlay, [image, [face], 'svg', { indices: true }]],
  [writeOverlay, [join(folder, 'a.svg'), image, [face], { indices: true }]],
  [writeImage, [join(folder, 'a.png'), image]],
  [encodeLike, [png, image, { keepMetadata: true }]],
  [encodeImage, [image, 'jpeg', { quality: 50 }]],
  [decodeImage, [png, { decoder: 'sharp', maxPixels: 2000, name: 'a' }]],
  [readImage, [join(folder, 'missing.png'), { decoder: 'jimp' }]],
  [readImageStream, [[png], { decoder: 'sharp' }]],
  [createPool, [{ detector: 'missing.onnx', landmarker: 'missing.onnx', workers: 1 }]],
  [findModels, [{ networks: 'mediapipe', licence: 'commercial' }]],
]);

/** Classes are called with `new`, everything else as it is; what comes later is waited for, and what was opened closed. */
export async function callExported(exported: Exported, args: readonly unknown[]): Promise<void> {
  const isClass = /^class\b/.test(Function.prototype.toString.call(exported));
  const value = await (isClass ? Reflect.construct(exported, args) : exported(...(args as never[])));
  if (value instanceof Pool || value instanceof FacialLandmarkDetector) await value.close();
}

type Exported = (...args: never[]) => unknown;
/** An exported function, and arguments that work where it has any that need no network, thread or file of the machine. */
export type ExportedFunction = [name: string, exported: Exported, valid: readonly unknown[] | undefined];
type Case = ExportedFunction;

const functions = Object.entries<unknown>({ ...pure, ...kernels, ...node }).flatMap(([name, value]): Case[] =>
  typeof value === 'function' ? [[name, value as Exported, VALID.get(value)]] : [],
);

const platform = VALID.get(FaceDetector)?.[0] as ConstructorParameters<typeof FaceDetector>[0];
const crops = [view, matrix, 'bgr', new Uint8Array(3 * 224 * 224), new Float32Array(LANDMARK_INPUT_LENGTH)];
/** The same for what exported objects can do. */
const methods: Case[] = [
  [
    'FaceTracker.track',
    (first: never, second: never) => new FaceTracker(networks, { detectorSide: SIDE }).track(first, second),
    [image, 1],
  ],
  [
    'OneEuroFilter.next',
    (first: never, second: never) => new OneEuroFilter(DEFAULT_SMOOTHING.shape).next(first, second),
    [Float64Array.of(1), 1],
  ],
  ['FaceIndex.add', (id: never, embedding: never) => new FaceIndex().add(id, embedding), ['a', Float32Array.of(1, 2)]],
  [
    'FaceIndex.nearest',
    (embedding: never, count: never) => new FaceIndex().nearest(embedding, count),
    [Float32Array.of(1, 2), 1],
  ],
  ['Workspace.lend', (first: never, second: never) => new Workspace().lend(first, second), [8, async () => 1]],
  [
    'FacialLandmarkDetector.load',
    (options: never) => FacialLandmarkDetector.load(options),
    [{ detector: 'missing.onnx', landmarker: 'missing.onnx', threads: 1 }],
  ],
  [
    'FaceDetector.detect',
    (first: never, second: never) => new FaceDetector(platform).detect(first, second),
    [image, { detectorSide: SIDE }],
  ],
  [
    'FaceDetector.run',
    (first: never, second: never) => new FaceDetector(platform).run(first, second),
    [image, { detectorSide: SIDE }],
  ],
  [
    'FaceDetector.stream',
    (first: never, second: never) => new FaceDetector(platform).stream(first, second).next(),
    [[image], { concurrency: 2 }],
  ],
  ...[plainKernels, defaultKernels()].flatMap(({ name, letterboxBilinear, letterboxArea, alignedCrops }): Case[] => [
    [`${name} letterboxBilinear`, letterboxBilinear, [view, SIDE, SCRFD, planes]],
    [`${name} letterboxArea`, letterboxArea, [view, SIDE, SCRFD, planes]],
    [`${name} alignedCrops`, alignedCrops, crops],
  ]),
];

/** Every exported function, class and method, under its name. */
export const EXPORTED: readonly ExportedFunction[] = [...functions, ...methods];

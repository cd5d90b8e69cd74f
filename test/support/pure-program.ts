// Uses everything that the two pure entries export. It runs where strings must not be evaluated, in a child process and in a page,
// so it imports nothing: what it needs is handed to it.
import type * as library from '../../src/index.js';
import type * as kernels from '../../src/kernels-entry.js';
import type { Face, Network } from '../../src/types.js';
import type { Recording } from './recorded-networks.js';

type Library = typeof library & typeof kernels;

export interface ProgramInput {
  recordings: Recording[];
  scene: library.SceneOptions;
  /** Bytes of a detector and a landmarker. */
  models: number[][];
}

export interface ProgramResult {
  /** All of the faces as text, see `serialize`. */
  faces: string;
  /** Exported functions and classes that were not used. */
  unused: string[];
  /** Name of the default kernels. */
  kernels: string;
  /** Whether a string can be evaluated here, which it must not. */
  evaluates: boolean;
}

/** Every bit of the faces as text. */
export const serialize = (faces: readonly Face[]): string =>
  JSON.stringify(
    faces.map(({ crop, imageToCrop, cropToImage, ...face }) => ({
      ...face,
      crop: crop.data.join(),
      imageToCrop: [...imageToCrop.data],
      cropToImage: [...cropToImage.data],
    })),
  );

function evaluates(): boolean {
  try {
    return new Function('return true')();
  } catch {
    return false;
  }
}

export async function runPureProgram(exported: Library, input: ProgramInput): Promise<ProgramResult> {
  const used = new Set<string | symbol>();
  const lib = new Proxy({} as Library, {
    get(_, name) {
      used.add(name);
      return exported[name as keyof Library];
    },
  });
  const replay = ({ results, ...info }: Recording): Network => ({
    ...info,
    infer: async () => results.map(({ data, shape }) => ({ data: new Float32Array(data), shape })),
  });
  const [detector, landmarker] = input.recordings.map(replay);
  const { image } = lib.drawScene(input.scene);

  const workspace = new lib.Workspace();
  const faces = await lib.analyzeFaces({ detector, landmarker }, image, {}, workspace);
  await useStages(lib, image, detector, landmarker);
  useKernels(lib, image, detector, await detector.infer({ data: new Float32Array(), shape: [] }));
  useFaces(lib, image, faces);
  useErrors(exported, used);
  const tracker = new lib.FaceTracker({ detector, landmarker });
  await tracker.track(image);
  new lib.OneEuroFilter({ minCutoff: 1, beta: 0, speedCutoff: 1 }).next(Float64Array.of(1), 0);
  const [detectorBytes, landmarkerBytes] = input.models.map((bytes) => Uint8Array.from(bytes));
  lib.composeMergedModel(detectorBytes, landmarkerBytes);

  const kernels = lib.defaultKernels().name;
  const unused = Object.entries(exported)
    .filter(([name, value]) => typeof value === 'function' && !used.has(name))
    .map(([name]) => name);
  return { faces: serialize(faces), unused, kernels, evaluates: evaluates() };
}

async function useStages(lib: Library, image: library.PixelImage, detector: Network, landmarker: Network) {
  lib.checkDetector(detector);
  lib.checkLandmarker(landmarker);
  const detections = await lib.detectFaces(detector, image);
  const aligned = lib.alignFaces(
    image,
    detections.map(({ keypoints }) => keypoints),
  );
  lib.alignFace(image, detections[0].keypoints);
  await lib.landmarks(landmarker, aligned);
}

function useKernels(lib: Library, image: library.PixelImage, detector: Network, outputs: library.Tensor[]) {
  const view = lib.pixelView(image);
  const side = lib.SCRFD.side;
  const levels = lib.anchorLevels(side);
  lib.detectorInput(view, side);
  lib.letterboxArea(view, side, lib.SCRFD);
  lib.letterboxBilinear(view, side, lib.SCRFD);
  const found = lib.decodeAnchors(lib.sortOutputs(detector, outputs, levels), levels, 0.5);
  lib.nms(found.boxes, found.scores, 0.4, 10);
  lib.iou(found.boxes, 0, 1);
  const half = lib.affineMatrix(0.5, 0, 3, 0, 0.5, 4);
  const back = lib.invertAffine(lib.composeAffine(half, half));
  const points = lib.transformPoints(back, lib.ARCFACE_TEMPLATE);
  lib.transformPoint(back, points[0]);
  lib.affineEntries(back);
  lib.similarityTransform(points, lib.ARCFACE_TEMPLATE);
  lib.estimateCropTransforms([points]);
  const crop = lib.warpAffine(view, half, 224, [view.red, view.green, view.blue]);
  lib.landmarkInput(crop, new Float32Array(3 * 192 * 192), [0, 1, 2]);
  lib.decodeLandmarks(new Float32Array(212), lib.inputToImage(back));
  lib.plainKernels.letterboxBilinear(view, side, lib.SCRFD, new Float32Array(3 * side * side));
  lib.wasmKernels()?.letterboxBilinear(view, side, lib.SCRFD, new Float32Array(3 * side * side));
}

function useFaces(lib: Library, image: library.PixelImage, faces: Face[]) {
  const [face] = faces;
  const { landmarks } = face;
  lib.faceFromJson(lib.faceToJson(face));
  lib.transformFace(face, lib.affineMatrix(2, 0, 0, 0, 2, 0));
  lib.mirrorFace(face, image.width);
  lib.anonymizeFaces(image, faces);
  lib.cropAvatars(image, faces);
  lib.contactSheet(faces);
  lib.packPixels(lib.imageFromTensor(lib.cropFace(image, face, { template: 'arcface' }).crop, 'bgr'), 'rgba');
  const { width, height } = image;
  const shapes = lib.overlayShapes(faces, { width, height, indices: true });
  lib.overlayRaster(image, shapes);
  lib.overlaySvg(shapes, { width, height });
  lib.eyeOpenness(landmarks);
  lib.interOcularDistance(landmarks);
  lib.frames([], { width: 1, height: 1 });
  lib.headPose(landmarks);
  lib.byQuality(lib.faceQuality(face, image), lib.faceQuality(face, image));
  const { data } = lib.toTensor(image, { mean: 127.5, std: 127.5 });
  lib.cosineSimilarity(data, data);
  const index = new lib.FaceIndex();
  index.add('a', data);
  index.nearest(data);
  lib.mouthOpenness(landmarks);
  lib.rollAngle(landmarks);
  lib.mirrorLandmarks(lib.toJd106(landmarks), image.width);
  lib.to300W(landmarks);
  lib.landmarkGroup(landmarks, 'leftEye');
  lib.landmarkPath(landmarks, 'leftEye');
  lib.toRawOutputs(faces);
}

/** The errors are what the others throw: making one is all that can be done with it. */
function useErrors(exported: Library, used: Set<string | symbol>) {
  const parts = { name: 'it', expected: 'one', received: 'another', failures: [] };
  exported.errorFromJson(exported.errorToJson(new exported.InferenceError(parts)));
  used.add('errorToJson').add('errorFromJson');
  for (const [name, value] of Object.entries(exported)) {
    if (!name.endsWith('Error')) continue;
    new (value as unknown as new (all: typeof parts) => Error)(parts);
    used.add(name);
  }
}

import { APACHE_2, INSIGHTFACE_LICENCE, type Licence, MIT } from './licences.js';

/** What the bytes of a file must hash to. A git blob id is SHA-1 over `blob <size>\0` and the content. */
export type Digest = { readonly sha256: string } | { readonly gitBlob: string };

/** Where a file can be had: at a URL of its own, or as one member of a zip archive that is itself pinned. */
export type FileLocation = { readonly url: string } | { readonly archive: PinnedFile; readonly member: string };

/** A public file that may come from anywhere, because its digest says what it must be. */
export interface PinnedFile {
  readonly fileName: string;
  /** Exact size, or undefined where it was not published; the digest decides then. */
  readonly bytes: number | undefined;
  readonly digest: Digest;
  /** Tried in this order. */
  readonly locations: readonly FileLocation[];
}

export type ModelRole = 'detector' | 'landmarker' | 'merged';

/** A network this library knows by name. */
export interface NetworkFile {
  readonly role: ModelRole;
  readonly fileName: string;
  readonly licence: Licence;
  /** What it is and whose, with the page that tells more. */
  readonly origin: { readonly title: string; readonly url?: string | undefined };
}

/** A network that users fetch. */
export interface KnownModel extends NetworkFile, PinnedFile {
  /** Names under which the same bytes are also published. */
  readonly aliases: readonly string[];
  /** Names of other exports of the same kind of network; they fit, but their bytes are not pinned. */
  readonly otherExports: RegExp | undefined;
}

/** Whether a network is to be fetched. The others are part of this package. */
export const isFetched = (file: NetworkFile): file is KnownModel => 'locations' in file;

const BUFFALO_L: PinnedFile = {
  fileName: 'buffalo_l.zip',
  bytes: 288_621_354,
  digest: { sha256: '80ffe37d8a5940d59a7384c201a2a38d4741f2f3c51eef46ebb28218a7b0ca2f' },
  locations: [{ url: 'https://github.com/deepinsight/insightface/releases/download/v0.7/buffalo_l.zip' }],
};

const HUGGING_FACE = 'https://huggingface.co';
const PUBLIC_DATA = `${HUGGING_FACE}/public-data/insightface/resolve/33c1063c49c785b7652d3fd529f86fa4f149392b/models/buffalo_l`;
const UNIFACE = 'https://github.com/yakhyo/uniface/releases/download/weights';
const LIVE_PORTRAIT = `${HUGGING_FACE}/KwaiVGI/LivePortrait/resolve/main/insightface/models/buffalo_l`;

const INSIGHTFACE = 'https://github.com/deepinsight/insightface';

/** SCRFD-10G with key points. */
export const DETECTOR: KnownModel = {
  role: 'detector',
  fileName: 'det_10g.onnx',
  licence: INSIGHTFACE_LICENCE,
  origin: { title: 'SCRFD_10G_KPS of InsightFace', url: `${INSIGHTFACE}/tree/master/detection/scrfd` },
  aliases: ['scrfd_10g_bnkps.onnx'],
  otherExports: /^(det|scrfd)_.*\.onnx$/i,
  bytes: 16_923_827,
  digest: { sha256: '5838f7fe053675b1c7a08b633df49e7af5495cee0493c7dcf6697200b85b5b91' },
  locations: [
    { url: `${PUBLIC_DATA}/det_10g.onnx` },
    { url: `${UNIFACE}/scrfd_10g_kps.onnx` },
    { url: `${LIVE_PORTRAIT}/det_10g.onnx` },
    { archive: BUFFALO_L, member: 'det_10g.onnx' },
  ],
};

/** The 106-point landmark network. */
export const LANDMARKER: KnownModel = {
  role: 'landmarker',
  fileName: '2d106det.onnx',
  licence: INSIGHTFACE_LICENCE,
  origin: { title: '2d106det of InsightFace', url: `${INSIGHTFACE}/tree/master/alignment/coordinate_reg` },
  aliases: [],
  otherExports: /^2d106det.*\.onnx$/i,
  bytes: 5_030_888,
  digest: { sha256: 'f001b856447c413801ef5c42091ed0cd516fcd21f2d6b79635b1e733a7109dbf' },
  locations: [
    { url: `${PUBLIC_DATA}/2d106det.onnx` },
    { url: `${UNIFACE}/2d106det.onnx` },
    { url: `${LIVE_PORTRAIT}/2d106det.onnx` },
    { archive: BUFFALO_L, member: '2d106det.onnx' },
  ],
};

const UPSTREAM = 'https://github.com/atksh/onnx-facial-lmk-detector';

/** The single graph that both networks were once merged into; needed only to compare against it. */
export const MERGED: KnownModel = {
  role: 'merged',
  fileName: 'model.onnx',
  licence: INSIGHTFACE_LICENCE,
  origin: { title: 'both networks of InsightFace as one graph', url: UPSTREAM },
  aliases: [],
  otherExports: undefined,
  bytes: undefined,
  digest: { gitBlob: '90b151f193aca52d6780d3121ccbd06b8640cbbe' },
  locations: [{ url: `${UPSTREAM}/raw/main/model.onnx` }],
};

const YUNET_FOLDER = 'models/face_detection_yunet';

/** YuNet as OpenCV's model zoo keeps it. */
export const YUNET_DETECTOR: KnownModel = {
  role: 'detector',
  fileName: 'face_detection_yunet_2023mar.onnx',
  licence: MIT,
  origin: {
    title: "YuNet of OpenCV's model zoo",
    url: `https://github.com/opencv/opencv_zoo/tree/main/${YUNET_FOLDER}`,
  },
  aliases: [],
  otherExports: /^face_detection_yunet.*\.onnx$/i,
  bytes: 232_589,
  digest: { sha256: '8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4' },
  locations: [
    { url: `https://github.com/opencv/opencv_zoo/raw/main/${YUNET_FOLDER}/face_detection_yunet_2023mar.onnx` },
    {
      url: `https://media.githubusercontent.com/media/opencv/opencv_zoo/main/${YUNET_FOLDER}/face_detection_yunet_2023mar.onnx`,
    },
  ],
};

const MEDIAPIPE = 'https://github.com/google-ai-edge/mediapipe';

/** MediaPipe's full-range detector, converted. */
export const MEDIAPIPE_DETECTOR: NetworkFile = {
  role: 'detector',
  fileName: 'face-detector-mediapipe.onnx',
  licence: APACHE_2,
  origin: { title: 'full-range face detector of MediaPipe, converted', url: MEDIAPIPE },
};

/** MediaPipe's face mesh, converted to 106 points. */
export const MEDIAPIPE_LANDMARKER: NetworkFile = {
  role: 'landmarker',
  fileName: 'face-landmarker-mediapipe.onnx',
  licence: APACHE_2,
  origin: { title: 'face mesh of MediaPipe, converted to 106 points', url: MEDIAPIPE },
};

const DRAWN_FACES = { title: 'written by this project; nothing in it is trained' };

export const DRAWN_FACES_DETECTOR: NetworkFile = {
  role: 'detector',
  fileName: 'drawn-faces-detector.onnx',
  licence: MIT,
  origin: DRAWN_FACES,
};

export const DRAWN_FACES_LANDMARKER: NetworkFile = {
  role: 'landmarker',
  fileName: 'drawn-faces-landmarker.onnx',
  licence: MIT,
  origin: DRAWN_FACES,
};

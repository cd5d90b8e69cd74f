/** A position in pixels; x grows to the right, y downwards, (0, 0) is the centre of the top left pixel. */
export interface Point {
  x: number;
  y: number;
}

/** Left, top, right and bottom edge in image pixels. */
export interface Box {
  x1: number;
  y1: number;
  x2: number;
  y2: number;
}

/** Order of the 8-bit samples of one pixel. Nothing in this library guesses it. */
export type ChannelOrder = 'rgb' | 'bgr' | 'rgba' | 'bgra' | 'gray';

/**
 * Decoded pixels, 8 bits a sample, rows from top to bottom. Alpha is ignored.
 * `ImageData` of a browser canvas fits with `channelOrder: 'rgba'` added.
 */
export interface PixelImage {
  data: Uint8Array | Uint8ClampedArray;
  width: number;
  height: number;
  channelOrder: ChannelOrder;
  /** Bytes from one row's first sample to the next row's. Default: `width` times the samples of a pixel. */
  rowStride?: number | undefined;
}

/** What a {@link Tensor} can hold. */
export type TensorData =
  | Float32Array
  | Float64Array
  | Uint8Array
  | Uint8ClampedArray
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array;

/**
 * Numbers in any dimensions, row-major and without gaps: the element `[i, j]` of a shape `[m, n]` is `data[i * n + j]`.
 * An `ndarray` may be passed wherever a tensor is taken, a view too.
 */
export interface Tensor<T extends TensorData = Float32Array> {
  readonly data: T;
  readonly shape: readonly number[];
}

/** `(2, 3)`: `data` is `[a, b, tx, c, d, ty]`, meaning `x' = a*x + b*y + tx`, `y' = c*x + d*y + ty`. */
export type AffineMatrix = Tensor;

/** What a network declares about one input or output. A dimension that varies is its name, or -1 without one. */
export interface TensorInfo {
  name: string;
  type: string;
  shape: readonly (number | string)[];
}

/** What a network says of itself. */
export interface NetworkInfo {
  /** Where the network came from, for error messages: a path, or any other name. */
  readonly name: string;
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
}

/**
 * A network with one float32 image input, ready to run. Stages take it as a parameter, so a stub or another
 * runtime can stand in for `onnxruntime-node`.
 */
export interface Network extends NetworkInfo {
  /** Runs the network on one tensor and returns its outputs in the order of {@link outputs}. */
  infer(input: Tensor): Promise<Tensor[]>;
}

/** The five key points in SCRFD's order. Left and right are the image's sides (the viewer's). */
export const KEYPOINT_NAMES = ['leftEye', 'rightEye', 'nose', 'leftMouth', 'rightMouth'] as const;
export type KeypointName = (typeof KEYPOINT_NAMES)[number];

/** One of the five key points, in image pixels. */
export interface Keypoint extends Point {
  name: KeypointName;
}

/**
 * How a face was found: by the reference's own pass, or by a further one on the halved image (`large`), on parts of the image (`tiles`),
 * or on the image turned clockwise by so many degrees.
 */
export const DETECTION_PASSES = ['reference', 'large', 'tiles', 'turned90', 'turned180', 'turned270'] as const;
export type DetectionPass = (typeof DETECTION_PASSES)[number];

/** What the detector says of one face. Coordinates in image pixels, integers as the merged model gives them. */
export interface Detection {
  /** Probability in (minScore, 1]. */
  score: number;
  box: Box;
  /** left eye, right eye, nose, left mouth corner, right mouth corner */
  keypoints: readonly Keypoint[];
  /** Only where `recall: 'thorough'` was asked for; faces of other passes than `reference` have fractions. */
  pass?: DetectionPass | undefined;
}

/** The way between the image and the upright crop of one face. */
export interface Alignment {
  /** image pixels -> crop pixels: the merged model's `M` */
  imageToCrop: AffineMatrix;
  /** crop pixels -> image pixels */
  cropToImage: AffineMatrix;
  /** True when the key points are collinear, identical or not finite, see `estimateCropTransforms`. */
  degenerate: boolean;
  /** `(224, 224, 3)` uint8, BGR */
  crop: Tensor<Uint8Array>;
  cropChannelOrder: 'bgr';
}

/** A face cut out upright: what stage 3 takes. */
export interface AlignedFace extends Alignment {
  /** `(3, 192, 192)` float32, 0..255, planes in the order that `landmarkChannelOrder` asked for */
  landmarkInput: Tensor;
}

/** Everything about one face. */
export interface Face extends Detection, Alignment {
  /** 106 points in image pixels, truncated toward zero as the merged model gives them. */
  landmarks: readonly Point[];
  /** The same 106 points before truncation. */
  landmarksFloat: readonly Point[];
  /** What `JSON.stringify` writes: integer landmarks, no pixels. `faceToJson` has a choice. */
  toJSON(): FaceJson;
}

/** A face without its pixels: what is kept, moved and written to JSON. */
export type FaceData = Omit<Face, 'crop' | 'cropChannelOrder' | 'toJSON'>;

/** One face as JSON: what the command prints. Everything in image pixels. */
export interface FaceJson {
  /** Only of a face that a `FaceTracker` follows. */
  id?: number | undefined;
  score: number;
  /** x1 y1 x2 y2 */
  bbox: [number, number, number, number];
  /** left eye, right eye, nose, left mouth corner, right mouth corner */
  keypoints: [number, number][];
  /** 106 points: truncated to integers as the merged model gives them, or sub-pixel */
  landmarks: [number, number][];
  /** image -> 224 crop: `[[a, b, tx], [c, d, ty]]` */
  matrix: [[number, number, number], [number, number, number]];
  /** How it was found; only where `recall: 'thorough'` was asked for. */
  pass?: DetectionPass | undefined;
  /** Only there, and true, when the key points allow no upright crop. */
  degenerate?: true | undefined;
  /** Only where it was asked for. */
  attributes?: FaceAttributes | undefined;
  /** Only where it was asked for: the 224 crop as a `data:` URL of a PNG. */
  crop?: string | undefined;
}

/** Where a head is turned to, in degrees; each angle is 0 for a face that looks straight at the camera. */
export interface HeadPose {
  /** Positive: to the image's right. */
  yaw: number;
  /** Positive: up. */
  pitch: number;
  /** Positive: leaning clockwise as the viewer sees it, as `rollAngle`. */
  roll: number;
  /** One standard deviation of each angle, by how well the points fit: two thirds of the errors are smaller. */
  uncertainty: { yaw: number; pitch: number; roll: number };
}

/** How good a picture of a face is, see `faceQuality`. */
export interface FaceQuality {
  /** 0 to 1: the product of what follows, to sort several pictures of one person by, best first. */
  score: number;
  /** Variance of the Laplacian of the crop's luma where the face is: below 1 for one colour, the higher the sharper. */
  sharpness: number;
  /** Pixels: the square root of the area of the upright box around the landmarks. */
  size: number;
  /** Mean luma of the visible face, 0 black to 1 white. */
  brightness: number;
  /** Share of the box around the landmarks that lies outside of the image, 0 to 1. */
  outside: number;
  /** Cosine of yaw times cosine of pitch: 1 looks straight at the camera, 0 is a profile; null where the pose is unknown. */
  frontality: number | null;
}

/** What follows from the landmarks of a face; null where they lie on one point. */
export interface FaceAttributes {
  /** Where the head is turned to, in degrees, see `headPose`; null where it is unknown. */
  pose: HeadPose | null;
  /** How far the head leans to the side: 0 upright, positive clockwise as the viewer sees it. */
  rollDegrees: number | null;
  /** Distance of the outer eye corners in image pixels. */
  interOcularDistance: number | null;
  /** Eye aspect ratio: 0 for a closed eye, about 0.3 for an open one. */
  eyeOpenness: { left: number | null; right: number | null };
  /** Mouth aspect ratio: 0 for closed lips. */
  mouthOpenness: number | null;
  /** Only in the JSON of a whole result: a face alone does not know the size of its image. */
  quality?: FaceQuality | undefined;
}

/** What is known of the image that was analysed. */
export interface ImageInfo {
  /** Its path or `file:` URL as it was given, `bytes` or `pixels`, or what the option `name` says. */
  name: string;
  width: number;
  height: number;
  /** Which decoder ran; no two of them give the same pixels for a JPEG. `none` for raw pixels. */
  decoder: string;
  /**
   * Only of an image that `decode: 'fast'` decoded smaller: the size that its faces were found at, and cut out at. Their
   * coordinates and matrices are in pixels of the whole image all the same.
   */
  reducedTo?: { width: number; height: number } | undefined;
}

/** Milliseconds of one call. */
export interface Timings {
  /** Reading and decoding the image. */
  decode: number;
  /** Everything from pixels to faces. */
  analyze: number;
}

/** The merged model's six outputs under its own names; `N` faces, score descending. */
export interface RawOutputs {
  /** `(N)` */
  scores: Tensor;
  /** `(N, 4)` x1 y1 x2 y2, image pixels */
  bboxes: Tensor<Int32Array>;
  /** `(N, 5, 2)` x y, image pixels */
  kpss: Tensor<Int32Array>;
  /** `(N, 224, 224, 3)` BGR */
  align_imgs: Tensor<Uint8Array>;
  /** `(N, 106, 2)` x y, image pixels */
  lmks: Tensor<Int32Array>;
  /** `(N, 2, 3)` image -> 224 crop */
  M: Tensor;
}

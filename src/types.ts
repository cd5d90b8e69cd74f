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

/** Order of the 8-bit samples of one pixel. It must always be given; the library never guesses it. */
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

/** The arrays that a {@link Tensor} can hold. */
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

/** One declared input or output of a network. A variable dimension is given by its name, or by -1 without one. */
export interface TensorInfo {
  name: string;
  type: string;
  shape: readonly (number | string)[];
}

/** Name, inputs and outputs of a network. */
export interface NetworkInfo {
  /** A path or another name, for error messages. */
  readonly name: string;
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
}

/**
 * A network with one float32 image input, ready to run. Stages take it as a parameter, so that a stub or another runtime can
 * replace `onnxruntime-node`.
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
 * The pass that found a face: the reference's own pass, or a further one on the halved image (`large`), on parts of the image
 * (`tiles`), or on the image turned clockwise by 90, 180 or 270 degrees.
 */
export const DETECTION_PASSES = ['reference', 'large', 'tiles', 'turned90', 'turned180', 'turned270'] as const;
export type DetectionPass = (typeof DETECTION_PASSES)[number];

/** One detected face. Coordinates in image pixels, integers as the merged model gives them. */
export interface Detection {
  /** Probability in (minScore, 1]. */
  score: number;
  box: Box;
  /** left eye, right eye, nose, left mouth corner, right mouth corner */
  keypoints: readonly Keypoint[];
  /** Only with `recall: 'thorough'`. The coordinates of faces from other passes than `reference` have fractions. */
  pass?: DetectionPass | undefined;
}

/** The upright crop of one face, and the matrices between the image and the crop. */
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

/** A face cut out upright: the input of stage 3. */
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
  /** Called by `JSON.stringify`: integer landmarks, no pixels. `faceToJson` has options. */
  toJSON(): FaceJson;
}

/** A face without its pixels. */
export type FaceData = Omit<Face, 'crop' | 'cropChannelOrder' | 'toJSON'>;

/** One face as JSON, as the command prints it. All positions in image pixels. */
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
  /** The pass that found the face. Only with `recall: 'thorough'`. */
  pass?: DetectionPass | undefined;
  /** Only present, and true, when no upright crop can be made from the key points. */
  degenerate?: true | undefined;
  /** Only on request. */
  attributes?: FaceAttributes | undefined;
  /** Only on request: the 224 crop as a `data:` URL of a PNG. */
  crop?: string | undefined;
}

/** Head pose in degrees. Each angle is 0 for a face that looks straight at the camera. */
export interface HeadPose {
  /** Positive to the right of the image. */
  yaw: number;
  /** Positive upwards. */
  pitch: number;
  /** Positive clockwise as the viewer sees it, as `rollAngle`. */
  roll: number;
  /** One standard deviation of each angle, estimated from the residuals of the points: two thirds of the errors are smaller. */
  uncertainty: { yaw: number; pitch: number; roll: number };
}

/** The quality of a picture of a face, see `faceQuality`. */
export interface FaceQuality {
  /** 0 to 1, higher is better: computed from the other fields, to sort several pictures of one person. */
  score: number;
  /** Variance of the Laplacian of the crop's luma inside the face. Higher is sharper; below 1 for a single colour. */
  sharpness: number;
  /** Square root of the area of the upright box around the landmarks, pixels. */
  size: number;
  /** Mean luma of the visible face, 0 black to 1 white. */
  brightness: number;
  /** Share of the box around the landmarks that lies outside of the image, 0 to 1. */
  outside: number;
  /** Cosine of yaw times cosine of pitch: 1 looks straight at the camera, 0 is a profile; null where the pose is unknown. */
  frontality: number | null;
}

/** Measures computed from the landmarks of a face. A measure is null when its landmarks lie on one point. */
export interface FaceAttributes {
  /** Head pose in degrees, see `headPose`; null when it is unknown. */
  pose: HeadPose | null;
  /** Roll of the head: 0 upright, positive clockwise as the viewer sees it. */
  rollDegrees: number | null;
  /** Distance of the outer eye corners in image pixels. */
  interOcularDistance: number | null;
  /** Eye aspect ratio: 0 for a closed eye, about 0.3 for an open one. */
  eyeOpenness: { left: number | null; right: number | null };
  /** Mouth aspect ratio: 0 for closed lips. */
  mouthOpenness: number | null;
  /** Only in the JSON of a whole result, because it depends on the size of the image. */
  quality?: FaceQuality | undefined;
}

/** Facts about the analysed image. */
export interface ImageInfo {
  /** The path or `file:` URL as it was given, `bytes`, `pixels`, or the value of the option `name`. */
  name: string;
  width: number;
  height: number;
  /** The decoder that was used. Different decoders give different pixels for the same JPEG. `none` for raw pixels. */
  decoder: string;
  /**
   * Only of an image that `decode: 'fast'` decoded smaller: the size at which its faces were found and cut out. Coordinates and
   * matrices are still in pixels of the whole image.
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

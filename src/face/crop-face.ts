import { estimateCropTransforms } from '../alignment/estimate-crop-transforms.js';
import { ARCFACE_TEMPLATE } from '../alignment/templates.js';
import { type ChecksOf, checkOptions, integerIn, numberIn, oneOf, optional, orElse } from '../check-options.js';
import { pixelView } from '../image/pixel-image.js';
import { LANDMARK106 } from '../landmark106/spec.js';
import { affineEntries, affineMatrix, invertAffine } from '../ops/affine.js';
import { warpAffine } from '../ops/warp-affine.js';
import { tensor } from '../tensor.js';
import type { AffineMatrix, FaceData, PixelImage, Tensor } from '../types.js';
import { checkFace } from './check-face.js';

export interface CropOptions {
  /**
   * Where the key points lie in the crop: `reference`, the merged model's templates for five head turns, or `arcface`,
   * what face recognition networks expect. Default `reference`.
   */
  template?: 'reference' | 'arcface' | undefined;
  /** Side of the crop in pixels, 1 to 4096. Default: the template's own, 224 or 112. */
  size?: number | undefined;
  /**
   * Room to add on each side, as a share of the template's side; negative cuts off. -0.4 to 4, default 0.
   * `{ size: 192, margin: 0.25 }` shows what the landmark network sees.
   */
  margin?: number | undefined;
}

/** A face cut out upright, and the way there and back. */
export interface FaceCrop {
  /** `(size, size, 3)` uint8, BGR; black outside the image */
  crop: Tensor<Uint8Array>;
  cropChannelOrder: 'bgr';
  /** image pixels -> pixels of this crop */
  imageToCrop: AffineMatrix;
  /** pixels of this crop -> image pixels */
  cropToImage: AffineMatrix;
}

/** All that cropping needs to know of a face. */
type Oriented = Pick<FaceData, 'keypoints' | 'imageToCrop'>;

const CROP_OPTIONS = {
  template: orElse('reference', oneOf(['reference', 'arcface'])),
  size: optional(integerIn(1, 4096)),
  margin: orElse(0, numberIn(-0.4, 4)),
} satisfies ChecksOf<CropOptions>;

const TEMPLATES = {
  reference: { side: LANDMARK106.cropSide, imageToCrop: (face: Oriented) => face.imageToCrop },
  arcface: {
    side: 112,
    imageToCrop: (face: Oriented) => estimateCropTransforms([face.keypoints], [ARCFACE_TEMPLATE])[0].imageToCrop,
  },
};

/**
 * Cuts a face out upright, in the template and size that the next tool wants. The defaults give the bytes of `face.crop`.
 * Bilinear, not antialiased, as the reference cuts; key points without a two-dimensional spread as in `estimateCropTransforms`.
 *
 * @param image the image in which the face was found
 * @throws InvalidImageError, InvalidOptionError
 */
export function cropFace(image: PixelImage, face: Oriented, options: CropOptions = {}): FaceCrop {
  const { template, margin, ...given } = checkOptions('cropFace', options, CROP_OPTIONS);
  const view = pixelView(image);
  checkFace('the face', face, ['keypoints', 'imageToCrop']);
  const { side, imageToCrop: toTemplate } = TEMPLATES[template];
  const size = given.size ?? side;
  const scale = size / (side * (1 + 2 * margin));
  const offset = margin * side * scale;
  const [a, b, tx, c, d, ty] = affineEntries(toTemplate(face));
  const imageToCrop = affineMatrix(
    a * scale,
    b * scale,
    tx * scale + offset,
    c * scale,
    d * scale,
    ty * scale + offset,
  );
  return {
    // The constructor truncates toward zero, as the reference does.
    crop: tensor(new Uint8Array(warpAffine(view, imageToCrop, size, [view.blue, view.green, view.red])), [
      size,
      size,
      3,
    ]),
    cropChannelOrder: 'bgr',
    imageToCrop,
    cropToImage: invertAffine(imageToCrop),
  };
}

import { type ChecksOf, checkOptions, integerIn, numberIn, oneOf, optional, orElse } from '../check-options.js';
import { InvalidOptionError } from '../errors.js';
import { pixelView } from '../image/pixel-image.js';
import { LANDMARK_PATHS, landmarkPath } from '../landmark106/groups.js';
import { resampleWindow, type Window } from '../ops/resample-window.js';
import { checkList } from '../options.js';
import type { FaceData, PixelImage, Point } from '../types.js';
import { checkFace } from './check-face.js';

export interface AvatarOptions {
  /**
   * `avatar`: a square around the head, moved and reduced so that it lies inside the image. `passport`: 7 to 9, the head three
   * quarters of the height and in the middle, as ICAO Doc 9303 asks for; the edges of the image carried on where it ends too early.
   * Default `avatar`.
   */
  style?: 'avatar' | 'passport' | undefined;
  /** Height of the picture in pixels, 16 to 4096. Default 256, passport 1063 (45 mm at 600 dots an inch). */
  size?: number | undefined;
  /** Room on each side of an avatar's head, as a share of the head's height, 0 to 2. Default 0.3. */
  margin?: number | undefined;
}

const AVATAR_OPTIONS = {
  style: orElse('avatar', oneOf(['avatar', 'passport'])),
  size: optional(integerIn(16, 4096)),
  margin: orElse(0.3, numberIn(0, 2)),
} satisfies ChecksOf<AvatarOptions>;

/** Width of a passport photograph by its height: 35 mm by 45 mm. */
const PASSPORT_ASPECT = 7 / 9;

/** A head so many times as large as the image, or as far away, is none. */
const MOST_HEADS = 8;

type Head = { center: Point; height: number };

/** What is meant to be seen of an image of this size. */
const FRAMES = {
  avatar: {
    size: 256,
    aspect: 1,
    frame({ center, height }: Head, margin: number, image: { width: number; height: number }): Window {
      const side = Math.min(height * (1 + 2 * margin), image.width, image.height);
      const inside = (middle: number, length: number) => Math.min(Math.max(middle - side / 2, 0), length - side);
      return {
        left: inside(center.x, image.width),
        top: inside(center.y, image.height),
        width: side,
        height: side,
      };
    },
  },
  passport: {
    size: 1063,
    aspect: PASSPORT_ASPECT,
    frame({ center, height }: Head): Window {
      const whole = height / 0.75;
      const width = whole * PASSPORT_ASPECT;
      // A little more room above the head than below the chin.
      return { left: center.x - width / 2, top: center.y - 0.48 * whole, width, height: whole };
    },
  },
};

/**
 * The head in a face's landmarks. Its crown is not among them: the eyes lie in the middle between chin and crown.
 * Positions as a {@link Window} counts them, half a pixel further than points.
 */
function headOf(name: string, landmarks: readonly Point[], longest: number): Head {
  const eyes = [...landmarkPath(landmarks, 'leftEye'), ...landmarkPath(landmarks, 'rightEye')];
  const mean = (of: (point: Point) => number) => eyes.reduce((sum, point) => sum + of(point), 0) / eyes.length;
  const center = { x: mean(({ x }) => x) + 0.5, y: mean(({ y }) => y) + 0.5 };
  const chin = landmarks[LANDMARK_PATHS.contour.indices[16]];
  const height = 2 * Math.hypot(chin.x + 0.5 - center.x, chin.y + 0.5 - center.y);
  const most = MOST_HEADS * longest;
  if (height >= 1 && height <= most && Math.abs(center.x) <= most && Math.abs(center.y) <= most) {
    return { center, height };
  }
  throw new InvalidOptionError({
    name,
    expected: 'a face with a distance between eyes and chin, not far outside of the image',
    received: `a head of ${height} pixels at ${center.x}, ${center.y}`,
  });
}

/**
 * Pictures of single persons: the head with room around it, in the middle by its landmarks, not turned. Antialiased.
 *
 * @param image the image in which the faces were found
 * @returns one for each face, rgb
 * @throws InvalidImageError, InvalidOptionError
 */
export function cropAvatars(
  image: PixelImage,
  faces: readonly Pick<FaceData, 'landmarksFloat'>[],
  options: AvatarOptions = {},
): PixelImage[] {
  const { style, size, margin } = checkOptions('cropAvatars', options, AVATAR_OPTIONS);
  const view = pixelView(image);
  checkList('faces', faces, (name, face) => checkFace(name, face, ['landmarksFloat']));
  const { frame, aspect, size: own } = FRAMES[style];
  const heads = faces.map(({ landmarksFloat }, i) =>
    headOf(`faces[${i}].landmarksFloat`, landmarksFloat, Math.max(view.width, view.height)),
  );
  const height = size ?? own;
  const width = Math.round(height * aspect);
  return heads.map((head) => ({
    data: resampleWindow(view, frame(head, margin, view), width, height),
    width,
    height,
    channelOrder: 'rgb',
  }));
}

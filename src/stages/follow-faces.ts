import type { Alignment, Face, PixelImage, Point } from '../types.js';
import { type AlignOptions, alignFaces } from './align-face.js';
import { landmarks } from './landmarks.js';
import type { Networks } from './pipeline.js';
import type { Workspace } from './workspace.js';

/** What is found of a face whose place is known already. */
export type FollowedFace = Pick<Face, keyof Alignment | 'landmarks' | 'landmarksFloat'>;

/**
 * Stages 2 and 3 alone, for faces whose key points are known: those of the last frame, moved on.
 * @throws InvalidImageError, InvalidOptionError, ModelContractError, InferenceError
 */
export async function followFaces(
  { landmarker, landmarkerSpec }: Networks,
  image: PixelImage,
  keypoints: readonly (readonly Point[])[],
  options: AlignOptions,
  workspace: Workspace,
): Promise<FollowedFace[]> {
  const aligned = alignFaces(image, keypoints, options, workspace);
  const sets = await landmarks(landmarker, aligned, workspace, landmarkerSpec);
  return aligned.map(({ landmarkInput: _, ...alignment }, i) => ({ ...alignment, ...sets[i] }));
}

import type { FaceData } from '../web/index.js';

/** A face of a photo, or one that is followed by its number. */
export type ShownFace = FaceData & { id?: number | undefined };

// Every buffer of this module at a fixed address: memory is laid out by the compiler, never allocated, never grown.

/** Longest source row of the letterbox in bytes, and longest output row in samples. */
export const MAX_ROW_BYTES: i32 = 65536;
export const MAX_SIDE: i32 = 4096;
/** Output rows that are made at once: at most so many, and at most so many samples. */
export const MAX_BLOCK_ROWS: i32 = 64;
export const MAX_BLOCK_SAMPLES: i32 = 16384;
/** Largest part of an image that a warp can read at once, in bytes. */
export const MAX_REGION_BYTES: i32 = 4194304;
/** Sides of the aligned crop and of the landmark network's input. */
export const CROP_SIDE: i32 = 224;
export const INPUT_SIDE: i32 = 192;

/** A load takes 8 bytes where a pixel of 1 to 4 begins, a store 16 where 12 are meant. */
const SLACK: i32 = 16;
/** Not a multiple of a page, or the same place of all planes would compete for the same lines of the cache. */
export const BLOCK_PLANE_BYTES: i32 = MAX_BLOCK_SAMPLES * 4 + 192;

/** A source row of the reduction. */
export const ROW = memory.data(MAX_ROW_BYTES + SLACK, 16);
export const FIRST_OFFSETS = memory.data(MAX_SIDE * 4, 16);
export const SECOND_OFFSETS = memory.data(MAX_SIDE * 4, 16);
export const FIRST_WEIGHTS = memory.data(MAX_SIDE * 4, 16);
export const SECOND_WEIGHTS = memory.data(MAX_SIDE * 4, 16);
/** Source rows of output rows, and their weights. */
export const UPPER_ROWS = memory.data(MAX_BLOCK_ROWS * 4, 16);
export const LOWER_ROWS = memory.data(MAX_BLOCK_ROWS * 4, 16);
export const UPPER_WEIGHTS = memory.data(MAX_BLOCK_ROWS * 4, 16);
export const LOWER_WEIGHTS = memory.data(MAX_BLOCK_ROWS * 4, 16);
/** Three planes of some output rows, one row after the other. */
export const OUTPUT_ROWS = memory.data(3 * BLOCK_PLANE_BYTES, 16);

export const AREA_FIRST_WEIGHTS = memory.data(MAX_SIDE * 8, 16);
export const AREA_LAST_WEIGHTS = memory.data(MAX_SIDE * 8, 16);
/** Four float64 a column: the samples of a pixel. */
export const AREA_SUMS = memory.data(MAX_SIDE * 32, 16);

export const REGION = memory.data(MAX_REGION_BYTES + SLACK, 16);
export const COLUMN_X = memory.data(CROP_SIDE * 8, 16);
export const COLUMN_Y = memory.data(CROP_SIDE * 8, 16);
/** What four neighbouring pixels have at hand: the weights of their four taps, where the first taps lie, the results. */
export const WEIGHTS = memory.data(64, 16);
export const TAP_OFFSETS = memory.data(16, 16);
export const FOUR_PIXELS = memory.data(64, 16);
/** Which byte of four pixels of four samples becomes which of twelve crop bytes. */
export const BYTE_ORDER = memory.data(16, 16);
export const CROP_BYTES = memory.data(CROP_SIDE * CROP_SIDE * 3 + SLACK, 16);

/** A pixel of the exact crop is four floats in the image's channel order: sixteen bytes. */
export const PIXEL_SHIFT: i32 = 4;
/**
 * The exact crop lies in a frame of zeros, which is what taps outside of it read: a column and a row on every side and,
 * because columns go in groups of four, eight columns on the right.
 */
export const EXACT_ROW_BYTES: i32 = (1 + CROP_SIDE + 8) << PIXEL_SHIFT;
export const EXACT_FRAME = memory.data(EXACT_ROW_BYTES * (1 + CROP_SIDE + 1), 16);
/** First tap (in the frame) and fraction of every row and column of the landmark network's input. */
export const INPUT_FIRST = memory.data(INPUT_SIDE * 4, 16);
export const INPUT_FRACTION = memory.data(INPUT_SIDE * 4, 16);
export const INPUT_PLANES = memory.data(3 * INPUT_SIDE * INPUT_SIDE * 4, 16);

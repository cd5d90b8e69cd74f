/** A point between mesh vertices: each with its share. */
export type VertexMix = Readonly<Record<number, number>>;

const mean = (...vertices: number[]): VertexMix =>
  Object.fromEntries(vertices.map((vertex) => [vertex, 1 / vertices.length]));
const one = (vertex: number): VertexMix => ({ [vertex]: 1 });

/** The image-left half of the contour from ear to chin, point by point of the 106, by its position in the markup. */
const CONTOUR_LEFT: Readonly<Record<number, VertexMix>> = {
  1: { 162: 0.75, 127: 0.25 },
  9: { 162: 0.144, 127: 0.856 },
  10: { 127: 0.465, 234: 0.535 },
  11: { 234: 0.76, 93: 0.24 },
  12: { 234: 0.05, 93: 0.95 },
  13: { 93: 0.39, 132: 0.61 },
  14: { 132: 0.757, 58: 0.243 },
  15: { 132: 0.155, 58: 0.845 },
  16: { 58: 0.54, 172: 0.46 },
  2: { 172: 0.914, 136: 0.086 },
  3: { 172: 0.254, 136: 0.746 },
  4: { 136: 0.576, 150: 0.424 },
  5: { 150: 0.849, 149: 0.151 },
  6: { 149: 0.932, 176: 0.068 },
  7: { 176: 0.977, 148: 0.023 },
  8: { 148: 0.937, 152: 0.063 },
};

/** Vertices of the contour and their mirror images. */
const MIRRORED: Readonly<Record<number, number>> = {
  ...{ 162: 389, 127: 356, 234: 454, 93: 323, 132: 361, 58: 288, 172: 397 },
  ...{ 136: 365, 150: 379, 149: 378, 176: 400, 148: 377, 152: 152 },
};

/** The markup numbers both halves in the same order, the right one from 17 on. */
const CONTOUR_RIGHT = Object.fromEntries(
  Object.entries(CONTOUR_LEFT).map(([point, mix]) => [
    Number(point) + 16,
    Object.fromEntries(Object.entries(mix).map(([vertex, share]) => [MIRRORED[Number(vertex)], share])),
  ]),
);

/**
 * The 106 points as mixes of the 468 vertices of MediaPipe's face mesh, set by hand: by the names of the points, and the
 * picture of the mesh's vertices (canonical_face_model_uv_visualization.png in MediaPipe's repository). The contour runs
 * along the edge of the mesh. Pupils are the centres of the eyes: the mesh does not see where they look.
 */
export const LANDMARK_MAP: Readonly<Record<number, VertexMix>> = {
  0: one(152),
  ...CONTOUR_LEFT,
  ...CONTOUR_RIGHT,

  35: one(33),
  41: { 161: 0.4, 160: 0.6 },
  40: one(159),
  42: { 158: 0.6, 157: 0.4 },
  39: one(133),
  37: { 153: 0.6, 154: 0.4 },
  33: one(145),
  36: { 163: 0.4, 144: 0.6 },
  34: mean(33, 133, 159, 145),
  38: mean(159, 145),
  89: one(362),
  95: { 385: 0.6, 384: 0.4 },
  94: one(386),
  96: { 388: 0.4, 387: 0.6 },
  93: one(263),
  91: { 390: 0.4, 373: 0.6 },
  87: one(374),
  90: { 380: 0.6, 381: 0.4 },
  88: mean(263, 362, 386, 374),
  92: mean(386, 374),

  43: mean(70, 46),
  48: one(63),
  49: one(105),
  51: one(66),
  50: one(107),
  46: one(55),
  47: one(65),
  45: one(52),
  44: one(53),
  102: one(336),
  103: one(296),
  104: one(334),
  105: one(293),
  101: mean(300, 276),
  100: one(283),
  99: one(282),
  98: one(295),
  97: one(285),

  52: one(61),
  64: mean(40, 39),
  63: one(37),
  71: one(0),
  67: one(267),
  68: mean(270, 269),
  61: one(291),
  58: mean(321, 405),
  59: mean(405, 314),
  53: one(17),
  56: mean(181, 84),
  55: mean(91, 181),
  65: one(78),
  66: mean(80, 81),
  62: one(13),
  70: mean(310, 311),
  69: one(308),
  57: mean(318, 402),
  60: one(14),
  54: mean(88, 178),

  72: { 168: 0.65, 6: 0.35 },
  73: one(197),
  74: { 195: 0.2, 5: 0.8 },
  86: mean(4, 1),
  75: one(245),
  76: mean(198, 209),
  77: one(129),
  78: one(98),
  79: one(97),
  80: one(2),
  85: one(326),
  84: one(327),
  83: one(358),
  82: mean(420, 429),
  81: one(465),
};

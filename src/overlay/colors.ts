/**
 * Colours that also viewers with a colour vision deficiency can tell apart (Okabe and Ito, "Color Universal Design",
 * 2008; recommended in Wong, "Points of view: Color blindness", Nature Methods 8, 2011).
 */
const OKABE_ITO = {
  orange: '#e69f00',
  skyBlue: '#56b4e9',
  bluishGreen: '#009e73',
  yellow: '#f0e442',
  vermillion: '#d55e00',
  reddishPurple: '#cc79a7',
  black: '#000000',
} as const;

/** One colour for what the detector says, one for each kind of landmark group, and the dark edge around all of them. */
export const OVERLAY_COLORS = {
  box: OKABE_ITO.yellow,
  keypoint: OKABE_ITO.yellow,
  contour: OKABE_ITO.skyBlue,
  leftBrow: OKABE_ITO.orange,
  rightBrow: OKABE_ITO.orange,
  leftEye: OKABE_ITO.bluishGreen,
  rightEye: OKABE_ITO.bluishGreen,
  nose: OKABE_ITO.reddishPurple,
  mouth: OKABE_ITO.vermillion,
  /** Where a landmark belongs, where it was found, and the way from one to the other. */
  truth: OKABE_ITO.skyBlue,
  found: OKABE_ITO.vermillion,
  shift: '#ffffff',
  index: '#ffffff',
  edge: OKABE_ITO.black,
} as const;

/** `#rrggbb` -> red, green, blue. */
export function hexToRgb(color: string): [number, number, number] {
  const value = Number.parseInt(color.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

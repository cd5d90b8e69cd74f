/** The networks that come with this package, at addresses that a bundler can see and copy. */
export const BUILT_IN_DETECTOR = new URL('../../../models/face-detector-mediapipe.onnx', import.meta.url);
export const BUILT_IN_LANDMARKER = new URL('../../../models/face-landmarker-mediapipe.onnx', import.meta.url);

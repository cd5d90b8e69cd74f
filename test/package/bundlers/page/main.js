import { createWorkerDetector } from 'onnx-facial-lmk-detector/web';

try {
  const detector = await createWorkerDetector();
  const { faces } = await detector.detect(document.querySelector('#photo'));
  await detector.close();
  document.title = JSON.stringify(faces);
} catch (error) {
  document.title = String(error);
}

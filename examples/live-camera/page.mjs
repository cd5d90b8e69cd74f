import { createWorkerDetector, overlayShapes, overlaySvg } from './dist/web/standalone/index.js';

const video = document.querySelector('video');
const faces = document.querySelector('#faces');
const status = document.querySelector('#status');

/** The next frame when the last one is done: a slow machine shows fewer frames, never older ones. */
async function follow(detector) {
  for (;;) {
    const start = performance.now();
    const result = await detector.detect(video, { detectorSide: 320 });
    const { width, height } = result.image;
    faces.innerHTML = overlaySvg(overlayShapes(result.faces, { width, height }), { width, height });
    const rate = 1000 / (performance.now() - start);
    status.textContent = `${result.faces.length} faces, ${rate.toFixed(1)} frames a second`;
    await new Promise(requestAnimationFrame);
  }
}

try {
  const detector = await createWorkerDetector();
  status.textContent = 'Please allow the camera.';
  video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { width: 640, height: 480 } });
  await video.play();
  await follow(detector);
} catch (error) {
  status.textContent = error.name === 'NotAllowedError' ? 'The camera was not allowed.' : error.message;
}

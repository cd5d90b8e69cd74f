// The page's behaviour. Drawing is the library's own: the same modules run on the server.
import { LANDMARK_NAMES } from '/lib/landmark106/groups.js';
import { overlayShapes } from '/lib/overlay/overlay-shapes.js';
import { overlaySvg } from '/lib/overlay/overlay-svg.js';

const CROP_SIDE = 224;

const element = (id) => document.getElementById(id);
const [stage, picture, photo, overlay, tip, video] = ['stage', 'picture', 'photo', 'overlay', 'tip', 'video'].map(
  element,
);

/** What is shown: the image as a blob, the server's report and its faces as points. Undefined before the first result. */
let shown;
/** The landmark that is named at the moment. */
let named = { face: 0, index: -1 };
/** Counts requests, so that a late answer to an earlier image is dropped. */
let latest = 0;

const toPoint = ([x, y]) => ({ x, y });

function toFace({ score, bbox: [x1, y1, x2, y2], keypoints, landmarks, matrix }) {
  return {
    score,
    box: { x1, y1, x2, y2 },
    keypoints: keypoints.map(toPoint),
    landmarksFloat: landmarks.map(toPoint),
    matrix,
  };
}

function setStatus(text, kind = '') {
  const status = element('status');
  status.textContent = text;
  status.className = kind;
}

function plural(count, noun) {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

// ---- showing a result

function svgText(indices) {
  const { width, height } = shown.report;
  return overlaySvg(overlayShapes(shown.faces, { width, height, indices }), { width, height });
}

function drawOverlay() {
  const parsed = new DOMParser().parseFromString(svgText(element('indices').checked), 'image/svg+xml');
  overlay.replaceChildren(document.importNode(parsed.documentElement, true));
}

/** The face upright, cut out of the photo by the same matrix as the library's crop. */
function drawCrop({ matrix: [[a, b, tx], [c, d, ty]], score }, number) {
  const canvas = document.createElement('canvas');
  canvas.width = CROP_SIDE;
  canvas.height = CROP_SIDE;
  canvas.setAttribute('role', 'img');
  canvas.setAttribute('aria-label', `Face ${number}, score ${score.toFixed(2)}`);
  const context = canvas.getContext('2d');
  context.setTransform(a, c, b, d, tx, ty);
  context.drawImage(photo, 0, 0);
  const item = document.createElement('li');
  item.append(canvas);
  return item;
}

function showFacts({ width, height, decoder, faces, timings, networks }, total) {
  const facts = {
    Size: `${width} × ${height}`,
    Faces: String(faces.length),
    Networks: `${networks.set} (${networks.licence})`,
    Decoder: decoder,
    Decoding: `${timings.decode.toFixed(1)} ms`,
    Analysis: `${timings.analyze.toFixed(1)} ms`,
    'With transfer': `${total.toFixed(0)} ms`,
  };
  element('facts').replaceChildren(
    ...Object.entries(facts).flatMap(([name, value]) => {
      const term = document.createElement('dt');
      const detail = document.createElement('dd');
      term.textContent = name;
      detail.textContent = value;
      return [term, detail];
    }),
  );
}

async function showImage(blob) {
  if (photo.src) URL.revokeObjectURL(photo.src);
  photo.src = URL.createObjectURL(blob);
  await photo.decode();
  element('hint').hidden = true;
  picture.hidden = false;
  stage.classList.add('filled');
}

function clearResult() {
  shown = undefined;
  hideTip();
  overlay.replaceChildren();
  element('crops').replaceChildren();
  element('facts').replaceChildren();
  element('downloads').hidden = true;
}

function showResult(blob, report, total, visible) {
  shown = { blob, report, faces: report.faces.map(toFace) };
  named = { face: 0, index: -1 };
  showFacts(report, total);
  picture.hidden = !visible;
  if (visible) {
    drawOverlay();
    element('crops').replaceChildren(...shown.faces.map((face, i) => drawCrop(face, i + 1)));
  }
  element('save-png').hidden = !visible;
  element('downloads').hidden = false;
  const found = report.faces.length === 0 ? 'No face found.' : `${plural(report.faces.length, 'face')} found.`;
  setStatus(visible ? found : `${found} This browser cannot show the picture.`);
}

// ---- asking the server

async function request(path, options) {
  const response = await fetch(path, options).catch(() => {
    throw new Error('The server does not answer.');
  });
  if (response.ok) return response;
  const body = await response.json().catch(() => undefined);
  throw new Error(body?.error?.message ?? `The server answered ${response.status}.`);
}

/** Shows an image and what `analyze` says of it; a later call makes this one's answer void. */
async function run(getBlob, analyze) {
  const turn = ++latest;
  stopCamera();
  clearResult();
  setStatus('Looking for faces …', 'busy');
  const start = performance.now();
  try {
    const blob = await getBlob();
    if (turn !== latest) return;
    const analysis = analyze(blob);
    analysis.catch(() => undefined);
    // The server reads more kinds of images than browsers do.
    const visible = await showImage(blob).then(
      () => true,
      () => false,
    );
    const report = await analysis;
    if (turn === latest) showResult(blob, report, performance.now() - start, visible);
  } catch (error) {
    if (turn === latest) setStatus(error.message, 'error');
  }
}

/** What the service wants to be told, where it does: it stands behind the page's address, in a part that is sent nowhere. */
const token = new URLSearchParams(location.hash.slice(1)).get('token');

async function detect(blob) {
  const headers = { 'content-type': blob.type || 'application/octet-stream' };
  if (token) headers.authorization = `Bearer ${token}`;
  return (await request('/v1/detect?subpixel=true', { method: 'POST', body: blob, headers })).json();
}
const open = (blob) => run(async () => blob, detect);

// ---- ways to bring an image

element('file').addEventListener('change', ({ target }) => {
  if (target.files[0]) open(target.files[0]);
  target.value = '';
});

element('sample').addEventListener('click', () => {
  run(async () => (await request('/sample.jpg')).blob(), detect);
});

stage.addEventListener('dragover', (event) => {
  event.preventDefault();
  stage.classList.add('over');
});
stage.addEventListener('dragleave', () => stage.classList.remove('over'));
// Anywhere on the page: a photo dropped beside the frame would otherwise replace the page.
document.addEventListener('dragover', (event) => event.preventDefault());
document.addEventListener('drop', (event) => {
  event.preventDefault();
  stage.classList.remove('over');
  const [file] = event.dataTransfer.files;
  if (file) open(file);
});
document.addEventListener('paste', ({ clipboardData }) => {
  const [file] = clipboardData.files;
  if (file) open(file);
});

// ---- camera

function stopCamera() {
  for (const track of video.srcObject?.getTracks() ?? []) track.stop();
  video.srcObject = null;
  video.hidden = true;
  element('capture').hidden = true;
}

element('camera').addEventListener('click', async () => {
  // An answer to an earlier image comes too late now.
  const turn = ++latest;
  stopCamera();
  try {
    if (!navigator.mediaDevices)
      throw new Error('the browser offers none on this address (it needs https or localhost)');
    const stream = await navigator.mediaDevices.getUserMedia({ video: true });
    if (turn !== latest) {
      for (const track of stream.getTracks()) track.stop();
      return;
    }
    video.srcObject = stream;
    clearResult();
    picture.hidden = true;
    element('hint').hidden = true;
    video.hidden = false;
    await video.play();
    // Only now is there a frame to take.
    element('capture').hidden = false;
    setStatus('The camera is on.');
    element('shoot').focus();
  } catch (error) {
    stopCamera();
    setStatus(`No camera: ${error.message}`, 'error');
  }
});

element('shoot').addEventListener('click', () => {
  const canvas = document.createElement('canvas');
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext('2d').drawImage(video, 0, 0);
  canvas.toBlob((blob) => open(blob), 'image/png');
});

element('cancel').addEventListener('click', () => {
  stopCamera();
  element('hint').hidden = false;
  setStatus('Nothing loaded yet.');
});

// ---- naming points

function hideTip() {
  tip.hidden = true;
}

function showTip(face, index) {
  const { width, height } = shown.report;
  const { x, y } = shown.faces[face].landmarksFloat[index];
  named = { face, index };
  tip.textContent = `${index} ${LANDMARK_NAMES[index]}`;
  tip.hidden = false;
  tip.style.left = `${((x + 0.5) / width) * 100}%`;
  tip.style.top = `${((y + 0.5) / height) * 100}%`;
  // Inside the page, also beside its edges.
  tip.style.translate = '0';
  const { left, right } = tip.getBoundingClientRect();
  const edge = document.documentElement.clientWidth;
  tip.style.translate = `${Math.max(0, -left) - Math.max(0, right - edge)}px`;
}

/** How near to a point, in screen pixels, the pointer has to be. */
const REACH = 12;

function nameUnder(event) {
  if (!shown) return;
  const bounds = photo.getBoundingClientRect();
  const scale = shown.report.width / bounds.width;
  const [x, y] = [(event.clientX - bounds.left) * scale, (event.clientY - bounds.top) * scale];
  let best = { distance: REACH * scale };
  shown.faces.forEach((face, i) => {
    face.landmarksFloat.forEach((point, index) => {
      const distance = Math.hypot(point.x + 0.5 - x, point.y + 0.5 - y);
      if (distance < best.distance) best = { distance, face: i, index };
    });
  });
  if (best.index === undefined) hideTip();
  else showTip(best.face, best.index);
}
picture.addEventListener('pointermove', nameUnder);
picture.addEventListener('pointerdown', nameUnder);
// A finger leaves as soon as it is lifted: what it pointed at stays to be read.
picture.addEventListener('pointerleave', ({ pointerType }) => pointerType === 'mouse' && hideTip());

/** Left and right step through the landmarks, up and down through the faces. */
const STEPS = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };

stage.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') hideTip();
  const step = STEPS[event.key];
  if (!step || !shown || shown.faces.length === 0) return;
  event.preventDefault();
  const wrap = (value, length) => (value + length) % length;
  const face = wrap(named.face + step[0], shown.faces.length);
  const index = named.index < 0 ? 0 : wrap(named.index + step[1], LANDMARK_NAMES.length);
  showTip(face, index);
  setStatus(`Face ${face + 1}: ${index} ${LANDMARK_NAMES[index]}`);
});

element('indices').addEventListener('change', () => {
  if (shown) drawOverlay();
});

// ---- saving

function save(blob, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

element('save-json').addEventListener('click', () => {
  save(new Blob([JSON.stringify(shown.report, null, 2)], { type: 'application/json' }), 'faces.json');
});
element('save-svg').addEventListener('click', () => {
  save(new Blob([svgText(element('indices').checked)], { type: 'image/svg+xml' }), 'faces.svg');
});
element('save-png').addEventListener('click', async () => {
  const canvas = document.createElement('canvas');
  canvas.width = shown.report.width;
  canvas.height = shown.report.height;
  const context = canvas.getContext('2d');
  context.drawImage(photo, 0, 0);
  const lines = new Image();
  lines.src = `data:image/svg+xml,${encodeURIComponent(svgText(element('indices').checked))}`;
  await lines.decode();
  context.drawImage(lines, 0, 0);
  canvas.toBlob((blob) => save(blob, 'faces.png'), 'image/png');
});

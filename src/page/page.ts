// The page's behaviour: what its controls do. Finding and drawing faces is the library's own.
import { type FetchProgress, faceFromJson, type ResultJson, type RuntimeInfo } from '../web/index.js';
import { BrowserFinder } from './browser-finder.js';
import { Camera } from './camera.js';
import { CropList } from './crop-list.js';
import { element } from './element.js';
import { keepForOffline } from './keep-for-offline.js';
import { type Layers, layersSvg } from './layers.js';
import { LiveFaces, type LiveFrame } from './live-faces.js';
import { PictureView } from './picture-view.js';
import { readSiteSettings } from './read-site-settings.js';
import { drawnPng, saveFile, toPng } from './save-result.js';
import { ServerFinder } from './server-finder.js';
import { showFacts } from './show-facts.js';
import type { ShownFace } from './shown-face.js';

/** Milliseconds between two updates of what is written beside the camera's picture. */
const CALM = 250;

interface Shown {
  blob: Blob;
  report: ResultJson;
  faces: ShownFace[];
  /** Whether the browser can show the picture: services read more kinds of images than browsers do. */
  visible: boolean;
}

const site = readSiteSettings();
const view = new PictureView((text) => setStatus(text));
const crops = new CropList(element('crops'));
const camera = new Camera(element<HTMLVideoElement>('video'));
const live = new LiveFaces(camera);
const server = new ServerFinder();
const browser = new BrowserFinder(site, showProgress);

/** What is shown of a photo. Undefined before the first result and while the camera is on. */
let shown: Shown | undefined;
/** Counts what was asked for, so that a late answer to something earlier is dropped. */
let latest = 0;

function setStatus(text: string, kind: '' | 'busy' | 'error' = ''): void {
  const status = element('status');
  status.textContent = text;
  status.className = kind;
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
const plural = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;

function showProgress({ received, total }: FetchProgress): void {
  if (!element('status').classList.contains('busy')) return;
  const share = total === undefined ? '' : ` of ${(total / 1e6).toFixed(1)}`;
  setStatus(`Loading a network: ${(received / 1e6).toFixed(1)}${share} MB …`, 'busy');
}

// ---- settings

const checkbox = (name: string) => document.querySelector(`#layers input[name=${name}]`) as HTMLInputElement;
const layers = (): Layers => ({
  box: checkbox('box').checked,
  keypoints: checkbox('keypoints').checked,
  landmarks: checkbox('landmarks').checked,
  labels: checkbox('labels').checked,
  indices: checkbox('indices').checked,
  crops: checkbox('crops').checked,
});
const minScore = () => element<HTMLInputElement>('min-score').valueAsNumber;
const liveOptions = () => ({ minScore: minScore(), smooth: element<HTMLInputElement>('smoothing').checked });

const PLACE_KEY = 'facial-lmk-place';
const placeInput = (place: string) => document.querySelector(`input[name=place][value=${place}]`) as HTMLInputElement;
const isOnServer = () => site.service && placeInput('server').checked;
const finder = () => (isOnServer() ? server : browser);

/** What the page remembers, where the browser lets it. */
function storage(): Storage | undefined {
  try {
    return localStorage;
  } catch {
    return undefined;
  }
}

// ---- showing a result

function drawFaces(
  faces: readonly ShownFace[],
  picture: HTMLImageElement | HTMLCanvasElement,
  size: DOMRectInit,
): void {
  const { width = 1, height = 1 } = size;
  view.draw(faces, layers(), { width, height });
  if (layers().crops) crops.show(picture, faces);
  else crops.clear();
}

function drawShown(): void {
  if (shown?.visible) drawFaces(shown.faces, view.photo, shown.report);
}

const runtimeFacts = ({ name, version, provider, threads }: RuntimeInfo) => ({
  Runtime: `${name} ${version}`,
  Device: [provider, ...(threads ? [plural(threads, 'thread')] : [])].join(', '),
});

const networksText = (set: string, licence: string) =>
  site.networks && set === 'custom' ? `${site.networks.set} (${site.networks.licence})` : `${set} (${licence})`;

function showCardFault(): void {
  element('card-note').textContent = browser.cardFault ? `It is not used: ${browser.cardFault}` : '';
}

function showReport({ width, height, decoder, faces, timings, networks }: ResultJson, total: number): void {
  showCardFault();
  showFacts(element('facts'), {
    Size: `${width} × ${height}`,
    Faces: String(faces.length),
    Networks: networksText(networks.set, networks.licence),
    ...runtimeFacts(networks.runtime),
    Decoder: decoder,
    Decoding: `${timings.decode.toFixed(1)} ms`,
    Analysis: `${timings.analyze.toFixed(1)} ms`,
    'With transfer': `${total.toFixed(0)} ms`,
  });
}

function clearResult(): void {
  shown = undefined;
  view.clear();
  crops.clear();
  showFacts(element('facts'), {});
  element('downloads').hidden = true;
}

function showResult(blob: Blob, report: ResultJson, total: number, visible: boolean): void {
  shown = { blob, report, faces: report.faces.map(faceFromJson), visible };
  showReport(report, total);
  if (visible) drawShown();
  else view.hide();
  element('save-png').hidden = !visible;
  element('downloads').hidden = false;
  const found = report.faces.length === 0 ? 'No face found.' : `${plural(report.faces.length, 'face')} found.`;
  setStatus(visible ? found : `${found} This browser cannot show the picture.`);
}

/** Shows an image and its faces; a later call makes this one's answer void. */
async function open(getBlob: () => Promise<Blob>): Promise<void> {
  const turn = ++latest;
  stopCamera();
  clearResult();
  setStatus('Looking for faces …', 'busy');
  const start = performance.now();
  try {
    const blob = await getBlob();
    if (turn !== latest) return;
    const search = finder().find(blob, { minScore: minScore() });
    search.catch(() => undefined);
    const visible = await view.showPhoto(blob).then(
      () => true,
      () => false,
    );
    const report = await search;
    if (turn === latest) showResult(blob, report, performance.now() - start, visible);
  } catch (error) {
    if (turn === latest) setStatus(messageOf(error), 'error');
  }
}

/** Looks for faces in the same photo anew: a setting has changed. */
async function findAgain(): Promise<void> {
  if (!shown) return;
  const turn = ++latest;
  const { blob, visible } = shown;
  setStatus('Looking for faces …', 'busy');
  const start = performance.now();
  try {
    const report = await finder().find(blob, { minScore: minScore() });
    if (turn === latest) showResult(blob, report, performance.now() - start, visible);
  } catch (error) {
    if (turn === latest) setStatus(messageOf(error), 'error');
  }
}

// ---- ways to bring an image

const openFile = (file: File | undefined) => {
  if (file) open(async () => file);
};

element<HTMLInputElement>('file').addEventListener('change', ({ target }) => {
  const input = target as HTMLInputElement;
  openFile(input.files?.[0]);
  input.value = '';
});

element('sample').addEventListener('click', () => {
  open(async () => {
    const response = await fetch('sample.jpg');
    if (!response.ok) throw new Error(`The sample is not there: status ${response.status}.`);
    return response.blob();
  });
});

const stage = element('stage');
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
  openFile(event.dataTransfer?.files[0]);
});
document.addEventListener('paste', ({ clipboardData }) => openFile(clipboardData?.files[0]));

// ---- camera

function stopCamera(): void {
  live.stop();
  element('capture').hidden = true;
}

/**
 * Begins to follow faces as soon as the networks are there; on the server there is nobody to follow them.
 * @returns what runs them
 */
async function followFaces(turn: number): Promise<RuntimeInfo | undefined> {
  if (isOnServer()) {
    setStatus('The camera is on. Take the picture, or switch to this browser to have its faces followed.');
    return undefined;
  }
  setStatus('The camera is on. Loading …', 'busy');
  const detector = await browser.open();
  showCardFault();
  if (turn === latest) {
    live.follow(detector, liveOptions());
    setStatus('The camera is on.');
  }
  return detector.runtime;
}

function showLive({ bitmap, faces, rate }: LiveFrame, runtime: RuntimeInfo | undefined): void {
  showFacts(element('facts'), {
    Size: `${bitmap.width} × ${bitmap.height}`,
    ...(runtime && { Faces: String(faces.length), 'Frames a second': rate.toFixed(1), ...runtimeFacts(runtime) }),
  });
}

async function runCamera(start: () => Promise<boolean>): Promise<void> {
  const turn = ++latest;
  live.stop();
  clearResult();
  try {
    if (!(await start())) return;
    element('turn').hidden = !(await camera.hasOther());
    let runtime: RuntimeInfo | undefined;
    followFaces(turn).then(
      (info) => {
        runtime = info;
      },
      (error) => turn === latest && setStatus(messageOf(error), 'error'),
    );
    let written = 0;
    for await (const frame of live.frames()) {
      if (turn !== latest) break;
      view.showFrame(frame.bitmap);
      drawFaces(frame.faces, view.frame, frame.bitmap);
      if (performance.now() - written > CALM) {
        written = performance.now();
        showLive(frame, runtime);
      }
      // Only now is there a picture to take.
      if (element('capture').hidden) {
        element('capture').hidden = false;
        element('shoot').focus();
      }
    }
  } catch (error) {
    if (turn !== latest) return;
    stopCamera();
    setStatus(`No camera: ${messageOf(error)}`, 'error');
  }
}

element('camera').addEventListener('click', () => runCamera(() => camera.open()));
element('turn').addEventListener('click', () => runCamera(() => camera.turn()));
element('shoot').addEventListener('click', () => {
  const picture = toPng(view.frame);
  open(() => picture);
});
element('cancel').addEventListener('click', () => {
  latest++;
  stopCamera();
  clearResult();
  view.hide();
  setStatus('Nothing loaded yet.');
});

// ---- switches

element('layers').addEventListener('change', drawShown);
element('min-score').addEventListener('input', () => {
  element('min-score-value').textContent = minScore().toFixed(2);
});
element('min-score').addEventListener('change', () => {
  live.change(liveOptions());
  findAgain();
});
element('smoothing').addEventListener('change', () => live.change(liveOptions()));

/** Has faces found anew, in the photo or before the camera: something else finds them now. */
function searchAnew(): void {
  if (shown) findAgain();
  else if (!element('capture').hidden) runCamera(() => camera.open());
}

element('place').addEventListener('change', () => {
  storage()?.setItem(PLACE_KEY, isOnServer() ? 'server' : 'browser');
  showPlace();
  searchAnew();
});

element<HTMLInputElement>('card').addEventListener('change', ({ target }) => {
  browser.useCard((target as HTMLInputElement).checked);
  showCardFault();
  searchAnew();
});
element('card-choice').hidden = site.webgpu === undefined;

function showPlace(): void {
  element('promise').textContent = isOnServer() ? 'It goes to this server only.' : 'Nothing leaves this browser.';
}

if (site.service) {
  element('place').hidden = false;
  element('links-service').hidden = false;
  placeInput(storage()?.getItem(PLACE_KEY) === 'browser' ? 'browser' : 'server').checked = true;
}
showPlace();

// ---- saving

element('save-json').addEventListener('click', () => {
  saveFile(new Blob([JSON.stringify(shown?.report, null, 2)], { type: 'application/json' }), 'faces.json');
});
element('save-svg').addEventListener('click', () => {
  if (!shown) return;
  saveFile(new Blob([layersSvg(shown.faces, layers(), shown.report)], { type: 'image/svg+xml' }), 'faces.svg');
});
element('save-png').addEventListener('click', async () => {
  if (!shown) return;
  try {
    saveFile(await drawnPng(view.photo, layersSvg(shown.faces, layers(), shown.report)), 'faces.png');
  } catch (error) {
    setStatus(messageOf(error), 'error');
  }
});

// ---- without a connection

// A page of a service is no use without it, and its address may be another program's tomorrow.
if (!site.service && 'serviceWorker' in navigator) {
  keepForOffline().then(
    () => {
      element('offline-note').textContent = 'Works offline from now on.';
    },
    (error) => {
      element('offline-note').textContent = `Works online only: ${messageOf(error)}`;
    },
  );
}

import { LANDMARK_NAMES } from '../web/index.js';
import { element } from './element.js';
import { type Layers, layersSvg } from './layers.js';
import type { ShownFace } from './shown-face.js';

/** How near to a point, in screen pixels, the pointer has to be. */
const REACH = 12;
const ZOOM_STEP = 1.25;
const MAX_ZOOM = 8;

interface Size {
  width: number;
  height: number;
}

/** The frame with the picture: what is drawn over it, how large it is shown, and the names of its points. */
export class PictureView {
  readonly photo = element<HTMLImageElement>('photo');
  readonly frame = element<HTMLCanvasElement>('frame');
  readonly #stage = element('stage');
  readonly #picture = element('picture');
  readonly #overlay = element('overlay');
  readonly #tip = element('tip');
  #faces: readonly ShownFace[] = [];
  #size: Size = { width: 1, height: 1 };
  #named = { face: 0, index: -1 };
  #zoom = 1;
  readonly #say: (text: string) => void;

  /** @param say called with the name of a point that was reached by key */
  constructor(say: (text: string) => void) {
    this.#say = say;
    this.#picture.addEventListener('pointermove', (event) => this.#nameUnder(event));
    this.#picture.addEventListener('pointerdown', (event) => this.#nameUnder(event));
    // A finger leaves as soon as it is lifted: what it pointed at stays to be read.
    this.#picture.addEventListener('pointerleave', ({ pointerType }) => pointerType === 'mouse' && this.#hideTip());
    this.#stage.addEventListener('keydown', (event) => this.#press(event));
    this.#stage.addEventListener('wheel', (event) => this.#turnWheel(event), { passive: false });
    element('zoom-in').addEventListener('click', () => this.zoom(this.#zoom * ZOOM_STEP));
    element('zoom-out').addEventListener('click', () => this.zoom(this.#zoom / ZOOM_STEP));
    element('zoom-fit').addEventListener('click', () => this.zoom(1));
  }

  /** Shows an image file. @throws when the browser cannot read it */
  async showPhoto(blob: Blob): Promise<void> {
    if (this.photo.src) URL.revokeObjectURL(this.photo.src);
    this.photo.src = URL.createObjectURL(blob);
    await this.photo.decode();
    this.#open(this.photo);
  }

  /** Shows a picture of the camera. */
  showFrame(bitmap: ImageBitmap): void {
    const { width, height } = bitmap;
    if (this.frame.width !== width || this.frame.height !== height) Object.assign(this.frame, { width, height });
    this.frame.getContext('2d')?.drawImage(bitmap, 0, 0);
    if (this.frame.hidden) this.#open(this.frame);
  }

  #open(shown: HTMLElement): void {
    element('hint').hidden = true;
    element('zoom').hidden = false;
    this.photo.hidden = shown !== this.photo;
    this.frame.hidden = shown !== this.frame;
    this.#picture.hidden = false;
    this.#stage.classList.add('filled');
    this.zoom(1);
  }

  hide(): void {
    this.#picture.hidden = true;
    element('zoom').hidden = true;
    element('hint').hidden = false;
    this.#stage.classList.remove('filled');
  }

  /** Draws the faces of the picture that is shown. */
  draw(faces: readonly ShownFace[], layers: Layers, size: Size): void {
    if (faces.length !== this.#faces.length) this.#hideTip();
    this.#faces = faces;
    this.#size = size;
    const parsed = new DOMParser().parseFromString(layersSvg(faces, layers, size), 'image/svg+xml');
    this.#overlay.replaceChildren(document.importNode(parsed.documentElement, true));
    if (!this.#tip.hidden) this.#showTip(this.#named.face, this.#named.index);
  }

  clear(): void {
    this.#faces = [];
    this.#named = { face: 0, index: -1 };
    this.#overlay.replaceChildren();
    this.#hideTip();
  }

  /** Shows the picture so many times as large as it fits the frame; what was in the middle stays there. */
  zoom(factor: number): void {
    const stage = this.#stage;
    const middle = [
      (stage.scrollLeft + stage.clientWidth / 2) / stage.scrollWidth,
      (stage.scrollTop + stage.clientHeight / 2) / stage.scrollHeight,
    ];
    this.#zoom = Math.min(MAX_ZOOM, Math.max(1, factor));
    if (Math.abs(this.#zoom - 1) < 0.01) this.#zoom = 1;
    // The frame keeps its height, or the page would jump under the pointer.
    stage.style.height = '';
    this.#picture.classList.remove('zoomed');
    this.#picture.style.width = '';
    if (this.#zoom > 1) {
      const { width } = this.#picture.getBoundingClientRect();
      stage.style.height = `${stage.offsetHeight}px`;
      this.#picture.classList.add('zoomed');
      this.#picture.style.width = `${width * this.#zoom}px`;
      stage.scrollTo(
        middle[0] * stage.scrollWidth - stage.clientWidth / 2,
        middle[1] * stage.scrollHeight - stage.clientHeight / 2,
      );
    }
    element('zoom-level').textContent = `${Math.round(this.#zoom * 100)} %`;
    if (!this.#tip.hidden) this.#showTip(this.#named.face, this.#named.index);
  }

  #turnWheel(event: WheelEvent): void {
    // As everywhere: with the control key, which is also what two fingers on a trackpad send.
    if (!event.ctrlKey || this.#picture.hidden) return;
    event.preventDefault();
    this.zoom(this.#zoom * ZOOM_STEP ** -Math.sign(event.deltaY));
  }

  #hideTip(): void {
    this.#tip.hidden = true;
  }

  #showTip(face: number, index: number): void {
    const { x, y } = this.#faces[face].landmarksFloat[index];
    this.#named = { face, index };
    const tip = this.#tip;
    tip.textContent = `${index} ${LANDMARK_NAMES[index]}`;
    tip.hidden = false;
    tip.style.left = `${((x + 0.5) / this.#size.width) * 100}%`;
    tip.style.top = `${((y + 0.5) / this.#size.height) * 100}%`;
    // Inside the frame, also beside its edges.
    tip.style.translate = '0';
    const [at, within] = [tip.getBoundingClientRect(), this.#stage.getBoundingClientRect()];
    tip.style.translate = `${Math.max(0, within.left - at.left) - Math.max(0, at.right - within.right)}px ${
      at.top < within.top ? '180%' : '0'
    }`;
  }

  #nameUnder(event: PointerEvent): void {
    const bounds = this.#picture.getBoundingClientRect();
    const scale = this.#size.width / bounds.width;
    const [x, y] = [(event.clientX - bounds.left) * scale, (event.clientY - bounds.top) * scale];
    let best = { distance: REACH * scale, face: -1, index: -1 };
    this.#faces.forEach((face, i) => {
      face.landmarksFloat.forEach((point, index) => {
        const distance = Math.hypot(point.x + 0.5 - x, point.y + 0.5 - y);
        if (distance < best.distance) best = { distance, face: i, index };
      });
    });
    if (best.face < 0) this.#hideTip();
    else this.#showTip(best.face, best.index);
  }

  /** Left and right step through the landmarks, up and down through the faces; + - 0 zoom. */
  #press(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const action = this.#actionOf(event.key);
    if (!action) return;
    event.preventDefault();
    action();
  }

  #actionOf(key: string): (() => void) | undefined {
    switch (key) {
      case 'Escape':
        return () => this.#hideTip();
      case '+':
      case '=':
        return () => this.zoom(this.#zoom * ZOOM_STEP);
      case '-':
        return () => this.zoom(this.#zoom / ZOOM_STEP);
      case '0':
        return () => this.zoom(1);
    }
    if (this.#faces.length === 0) return undefined;
    switch (key) {
      case 'ArrowRight':
        return () => this.#step(0, 1);
      case 'ArrowLeft':
        return () => this.#step(0, -1);
      case 'ArrowDown':
        return () => this.#step(1, 0);
      case 'ArrowUp':
        return () => this.#step(-1, 0);
    }
    return undefined;
  }

  #step(faces: number, points: number): void {
    const wrap = (value: number, length: number) => (value + length) % length;
    const face = wrap(this.#named.face + faces, this.#faces.length);
    const index = this.#named.index < 0 ? 0 : wrap(this.#named.index + points, LANDMARK_NAMES.length);
    this.#showTip(face, index);
    this.#scrollTo(this.#faces[face].landmarksFloat[index]);
    this.#say(`Face ${face + 1}: ${index} ${LANDMARK_NAMES[index]}`);
  }

  /** Brings a point of an enlarged picture to the middle of the frame. */
  #scrollTo({ x, y }: { x: number; y: number }): void {
    if (this.#zoom === 1) return;
    const { width, height } = this.#picture.getBoundingClientRect();
    this.#stage.scrollTo(
      (x / this.#size.width) * width - this.#stage.clientWidth / 2,
      (y / this.#size.height) * height - this.#stage.clientHeight / 2,
    );
  }
}

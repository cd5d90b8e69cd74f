import type { ShownFace } from './shown-face.js';

const CROP_SIDE = 224;

/** The faces upright, each cut out of the picture by the same matrix as the library's crop. */
export class CropList {
  readonly #list: HTMLElement;

  constructor(list: HTMLElement) {
    this.#list = list;
  }

  show(picture: CanvasImageSource, faces: readonly ShownFace[]): void {
    while (this.#list.children.length > faces.length) this.#list.lastElementChild?.remove();
    faces.forEach((face, i) => {
      const canvas = this.#list.children[i]?.querySelector('canvas') ?? this.#add();
      const [a, b, tx, c, d, ty] = face.imageToCrop.data;
      canvas.setAttribute('aria-label', `Face ${face.id ?? i + 1}, score ${face.score.toFixed(2)}`);
      const context = canvas.getContext('2d') as CanvasRenderingContext2D;
      context.reset();
      context.setTransform(a, c, b, d, tx, ty);
      context.drawImage(picture, 0, 0);
    });
  }

  clear(): void {
    this.#list.replaceChildren();
  }

  #add(): HTMLCanvasElement {
    const canvas = Object.assign(document.createElement('canvas'), { width: CROP_SIDE, height: CROP_SIDE });
    canvas.setAttribute('role', 'img');
    const item = document.createElement('li');
    item.append(canvas);
    this.#list.append(item);
    return canvas;
  }
}

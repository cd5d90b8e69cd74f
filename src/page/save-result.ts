/** Hands a file to the user. */
export function saveFile(content: Blob, name: string): void {
  const link = Object.assign(document.createElement('a'), { href: URL.createObjectURL(content), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

/** A canvas as an image file. */
export function toPng(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('The browser makes no PNG of this size.')))),
  );
}

/** A photo with its overlay drawn on it. */
export async function drawnPng(photo: HTMLImageElement, svg: string): Promise<Blob> {
  const canvas = Object.assign(document.createElement('canvas'), {
    width: photo.naturalWidth,
    height: photo.naturalHeight,
  });
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  context.drawImage(photo, 0, 0);
  const lines = new Image();
  lines.src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
  await lines.decode();
  context.drawImage(lines, 0, 0);
  return toPng(canvas);
}

import { join } from 'node:path';
import { DetectionResult } from '../detector/detection-result.js';
import { type CropOptions, cropFace } from '../face/crop-face.js';
import { imageFromTensor } from '../image/image-from-tensor.js';
import { ANALYZE_OPTIONS, type AnalyzeOptions, FacialLandmarkDetector } from '../node/facial-landmark-detector.js';
import { type OverlayFormat, writeOverlay } from '../node/images/draw-overlay.js';
import { type DecodeOptions, readEncoded } from '../node/images/image-file.js';
import type { ImageInput } from '../node/images/image-input.js';
import { writeImage } from '../node/images/write-image.js';
import { createPool } from '../node/pool/create-pool.js';
import { contactSheet } from '../overlay/contact-sheet.js';
import type { Face, PixelImage } from '../types.js';
import { type DeviceCommandOptions, findNetworks, type NetworkOptions } from './network-options.js';

/** Options for networks, analysis and pictures. */
export interface FinderOptions extends AnalyzeOptions, NetworkOptions, DeviceCommandOptions {
  threads?: number | undefined;
  workers?: number | undefined;
  overlay?: string | undefined;
  overlayFormat?: OverlayFormat | undefined;
  indices?: boolean | undefined;
  legend?: boolean | undefined;
  sheets?: string | undefined;
  crops?: string | undefined;
  cropTemplate?: CropOptions['template'] | undefined;
  cropSize?: number | undefined;
  cropMargin?: number | undefined;
}

/** Finds the faces of one image and writes its pictures. */
export interface Finder {
  /** Number of images to work on at once. */
  concurrency: number;
  /**
   * @param stem the beginning of its pictures' names; needed only when pictures are written
   * @param waiting ends the wait for standard input
   */
  find(name: string, stem?: string, waiting?: AbortSignal): Promise<DetectionResult>;
  /** The same for an image that is already read, with its pixels in the result, and without pictures. */
  findIn(input: ImageInput): Promise<DetectionResult & { pixels: PixelImage }>;
  close(): Promise<void>;
}

/**
 * Opens the networks, one pair or one for each worker.
 * @throws ModelNotFoundError, ModelFileError, LicenceError, ModelContractError
 */
export async function loadFinder(options: FinderOptions): Promise<Finder> {
  const { threads, workers, device } = options;
  const networks = await findNetworks(options);
  const target = workers
    ? await createPool({ ...networks, workers, threadsPerWorker: threads, device, maxQueue: 2 * workers })
    : await FacialLandmarkDetector.load({ ...networks, threads, device });
  const analysis: AnalyzeOptions = Object.fromEntries(
    Object.keys(ANALYZE_OPTIONS).map((name) => [name, options[name as keyof AnalyzeOptions]]),
  );
  const detect = (input: ImageInput, source: DecodeOptions, withPixels: boolean) => {
    return target.detect(input, { ...analysis, ...source, withPixels });
  };
  return {
    // Twice as many as workers, so that the next images are decoded while the networks run.
    concurrency: 2 * (workers ?? 1),
    async find(name, stem = '', waiting) {
      // Messages already begin with the file's name.
      const source = { name: name === '-' ? 'standard input' : 'the image', maxPixels: options.maxPixels };
      const input = name === '-' ? await readStandardInput(source, waiting) : name;
      const { pixels, ...result } = await detect(input, source, needsPixels(options));
      await writePictures(stem, pixels, result.faces, options);
      return new DetectionResult({ ...result, image: { ...result.image, name } });
    },
    findIn: (input) =>
      detect(input, { name: 'the image', maxPixels: options.maxPixels }, true) as ReturnType<Finder['findIn']>,
    close: () => target.close(),
  };
}

export async function readStandardInput(source: DecodeOptions, signal: AbortSignal | undefined): Promise<Uint8Array> {
  // An open standard input would keep the process alive.
  signal?.addEventListener('abort', () => process.stdin.destroy(), { once: true });
  return readEncoded(process.stdin, { ...source, signal });
}

const needsPixels = ({ overlay, crops }: FinderOptions) => overlay !== undefined || crops !== undefined;

async function writePictures(
  stem: string,
  image: PixelImage | undefined,
  faces: readonly Face[],
  options: FinderOptions,
) {
  const { overlay, overlayFormat = 'png', indices, legend, crops, sheets } = options;
  if (overlay !== undefined && image) {
    await writeOverlay(join(overlay, `${stem}.overlay.${overlayFormat}`), image, faces, { indices, legend });
  }
  if (sheets !== undefined && faces.length > 0) {
    await writeImage(join(sheets, `${stem}.sheet.png`), contactSheet(faces));
  }
  if (crops === undefined || !image) return;
  const cropOptions = { template: options.cropTemplate, size: options.cropSize, margin: options.cropMargin };
  // One by one, so that an image with many faces does not fill the memory.
  for (const [i, face] of faces.entries()) {
    const { crop, cropChannelOrder } = cropFace(image, face, cropOptions);
    await writeImage(join(crops, `${stem}.face-${i + 1}.png`), imageFromTensor(crop, cropChannelOrder));
  }
}

import type { MergedModel, ModelPaths, PixelImage } from 'onnx-facial-lmk-detector/node';
import type { Measurement } from './harness.js';

/** What every benchmark is given. */
export interface BenchContext {
  models: ModelPaths;
  /** Networks to compare with, by what they were called. */
  others: readonly (readonly [string, ModelPaths])[];
  images: readonly BenchImage[];
  /** Where the images come from, or undefined for those of the bench. */
  folder: string | undefined;
  /** Where to leave pictures to look at. */
  pictures: string | undefined;
  merged: MergedModel | undefined;
  rounds: number;
  /** Disturb the fleet in every way. */
  chaos: boolean;
  /** Where to write a timeline. */
  trace: string;
  /** Where to draw curves. */
  curves: string;
}

export interface BenchImage {
  name: string;
  image: PixelImage;
}

/** One table of the report. */
export interface Section {
  title: string;
  /** What the ratios are taken to, or undefined for a table without ratios. */
  baseline?: string;
  rows: Measurement[];
  /** What a reader must know beside the numbers. */
  note?: string;
  /** Drawn in the chart. */
  chart?: boolean;
}

export type Bench = (context: BenchContext) => Promise<Section[]>;

import { type Checked, type ChecksOf, checkOptions, fields, orElse } from '../../check-options.js';
import { FACE_JSON_OPTIONS, type FaceJsonOptions } from '../../face/face-to-json.js';
import { DECODE_OPTIONS, type DecodeOptions } from '../../node/images/image-file.js';
import { checkBoolean, checkText } from '../../options.js';
import type { NetworksIdentity } from '../../runtime/receipt.js';
import { PIPELINE_OPTIONS, type PipelineOptions } from '../../stages/pipeline.js';
import { shortDigest } from '../short-digest.js';

/** The options for every image of a run. */
export interface RunOptions
  extends Omit<PipelineOptions, 'signal'>,
    Omit<DecodeOptions, 'name' | 'signal'>,
    FaceJsonOptions {
  /** Write each face upright as PNG, 224 pixels. Default false. */
  crops?: boolean | undefined;
}

const { signal: _, ...PIPELINE } = PIPELINE_OPTIONS;
const { name: __, signal: ___, ...DECODE } = DECODE_OPTIONS;

const RUN_OPTIONS = {
  ...PIPELINE,
  ...DECODE,
  ...FACE_JSON_OPTIONS,
  crops: orElse(false, checkBoolean),
} satisfies ChecksOf<RunOptions>;

/** Checked options, with defaults filled in. */
export type RunSettings = Checked<typeof RUN_OPTIONS>;

/** Picks the options of a run out of others, unchecked. */
export const pickRunOptions = (options: object): RunOptions =>
  Object.fromEntries(Object.entries(options).filter(([name]) => Object.hasOwn(RUN_OPTIONS, name)));

/** @throws InvalidOptionError */
export const checkRunOptions = (options: unknown): RunSettings => checkOptions('a run', options, RUN_OPTIONS);

/** Separates the options for detection from those for the JSON. */
export function splitOptions(options: Omit<RunSettings, 'crops'>): {
  analysis: Omit<RunSettings, 'crops' | keyof FaceJsonOptions>;
  json: Pick<RunSettings, keyof FaceJsonOptions>;
} {
  const isJson = ([name]: [string, unknown]) => Object.hasOwn(FACE_JSON_OPTIONS, name);
  const entries = Object.entries(options);
  return {
    analysis: Object.fromEntries(entries.filter((entry) => !isJson(entry))),
    json: Object.fromEntries(entries.filter(isJson)),
  } as ReturnType<typeof splitOptions>;
}

/** Everything that determines the results of a run. Together with the content of an image it identifies a result. */
export interface Recipe {
  /** SHA-256 of both networks. */
  digests: NetworksIdentity['digests'];
  options: RunSettings;
  /** Of this library. */
  version: string;
}

const checkDigests = fields({ detector: checkText, landmarker: checkText });

/** Refuses anything but a recipe. It may come from untrusted sources. */
export function checkRecipe(name: string, value: unknown): Recipe {
  const { digests, options, version } = fields({
    digests: (field, digest) => checkDigests(field, digest),
    options: (_field, wished) => wished,
    version: checkText,
  })(name, value);
  const { detector, landmarker } = digests as Recipe['digests'];
  return { digests: { detector, landmarker }, options: checkRunOptions(options), version };
}

/** Id of a recipe: sixteen hexadecimal digits. Recipes that could give different results have different ids. */
export function recipeId({ digests, options, version }: Recipe): string {
  const sorted = Object.entries(options).sort(([a], [b]) => (a < b ? -1 : 1));
  return shortDigest(JSON.stringify([digests.detector, digests.landmarker, sorted, version]));
}

import { ModelNotFoundError } from '../../errors.js';
import { locateModel } from './locate-model.js';
import { MERGED } from './model-table.js';

/**
 * Finds the upstream `model.onnx`: in `FACIAL_LMK_MODELS`, `models/`, or the cache folder of `facial-lmk models fetch`.
 * @throws ModelNotFoundError naming every place that was looked at and the command that fetches it
 */
export async function findMergedModel(): Promise<string> {
  const { path, lookedAt } = await locateModel(MERGED);
  if (path !== undefined) return path;
  throw new ModelNotFoundError({
    name: 'the merged model',
    expected: MERGED.fileName,
    received: `no such file in ${lookedAt.join(', ')}`,
    hint: 'Run "npx facial-lmk models fetch insightface --merged" to download it, or give the path of the file.',
  });
}

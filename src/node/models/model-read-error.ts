import { ModelNotFoundError } from '../../errors.js';
import { MISSING_PACKAGE, PACKAGE_MODELS } from '../package-paths.js';

const HINT =
  '`facial-lmk models fetch` downloads the networks, `facial-lmk models list` shows where they are looked for.';

/**
 * Says what the operating system refused and where networks come from.
 * @param name what the file was wanted for
 */
export function modelReadError(path: string, cause: NodeJS.ErrnoException, name = 'the model'): ModelNotFoundError {
  return new ModelNotFoundError({
    name,
    expected: 'an ONNX file that can be read',
    received: `${path} (${cause.code ?? cause.message})`,
    hint: (path.startsWith(PACKAGE_MODELS) && MISSING_PACKAGE) || HINT,
    cause,
  });
}

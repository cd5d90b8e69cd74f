import { ModelNotFoundError } from '../../errors.js';

/** Says what the operating system refused and where networks come from. */
export function modelReadError(path: string, cause: NodeJS.ErrnoException): ModelNotFoundError {
  return new ModelNotFoundError({
    name: 'the model',
    expected: 'an ONNX file that can be read',
    received: `${path} (${cause.code ?? cause.message})`,
    hint: '`facial-lmk models fetch` downloads the networks, `facial-lmk models list` shows where they are looked for.',
    cause,
  });
}

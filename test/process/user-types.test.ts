// The built declarations in a project with the strictest settings: its libraries are checked too, it knows nothing of the DOM,
// and an optional property is either there or not, unless its type says `undefined`.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
// Inside the package, so that its programs import it by its own name.
mkdirSync(join(root, 'demo-output'), { recursive: true });
const folder = mkdtempSync(join(root, 'demo-output', 'types-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the compiler says of a program. */
function compile(program: string, types: string[]): string {
  const compilerOptions = {
    ...{ target: 'es2022', lib: ['es2022'], module: 'nodenext', types, noEmit: true },
    ...{ strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false },
  };
  writeFileSync(join(folder, 'program.ts'), program);
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['program.ts'] }));
  try {
    return execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', folder], { cwd: folder, encoding: 'utf8' });
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}

const PURE = `
  import { analyzeFaces, cropFace, type DetectOptions, FaceTracker, faceToJson, type Networks, type PixelImage }
    from 'onnx-facial-lmk-detector';
  import { plainKernels } from 'onnx-facial-lmk-detector/kernels';
  declare const maybe: number | undefined;
  declare const networks: Networks;
  declare const image: PixelImage;
  const options: DetectOptions = { minScore: maybe, signal: undefined, largeImages: undefined };
  const [face] = await analyzeFaces(networks, { ...image, rowStride: maybe }, options);
  if (face) console.error(faceToJson(face, { subpixel: undefined }), cropFace(image, face, { size: maybe }));
  new FaceTracker(networks, { detectEvery: maybe, smoothing: undefined });
  export const name: 'plain' | 'wasm' = plainKernels.name;
  declare const console: { error(...values: unknown[]): void };`;

const NODE = `
  import { createPool, FacialLandmarkDetector, findModels, type NdarrayOutputs, resultToJson }
    from 'onnx-facial-lmk-detector/node';
  declare const maybe: number | undefined;
  declare const signal: AbortSignal | undefined;
  const models = await findModels({ networks: undefined });
  await using detector = await FacialLandmarkDetector.load({ ...models, threads: maybe });
  const result = await detector.detect('photo.jpg', { minScore: maybe, signal, decoder: undefined });
  export const json = resultToJson(result, { name: undefined, subpixel: undefined });
  const pool = await createPool({ ...models, workers: maybe, maxQueue: maybe });
  for await (const { result, error } of pool.stream(['a.jpg'], { concurrency: maybe, signal })) {
    const faces: number = error ? 0 : result.faces.length;
    if (faces > 0) break;
  }
  const raw: NdarrayOutputs = await pool.run(new Uint8Array(1), { handOver: undefined });
  export const tx: number = raw.M.get(0, 0, 2);`;

describe('the declarations', () => {
  it('compile without the types of Node and the DOM', () => {
    expect(compile(PURE, [])).toBe('');
  });

  it('compile with the types of Node', () => {
    expect(compile(NODE, ['node'])).toBe('');
  });

  it('still refuse what is wrong', () => {
    const wrong = `import { cropFace } from 'onnx-facial-lmk-detector';\ncropFace({} as never, {} as never, { size: '1' });`;
    expect(compile(wrong, [])).toMatch(/error TS2322: .*'string' is not assignable/);
  });

  const declarations = (readdirSync(join(root, 'dist'), { recursive: true }) as string[])
    .filter((file) => file.endsWith('.d.ts') && !/^(cli|server)\//.test(file))
    .map((file) => ({ file, text: readFileSync(join(root, 'dist', file), 'utf8') }));

  it('name no inference runtime and no image codec', () => {
    expect(declarations.length).toBeGreaterThan(100);
    const naming = declarations.filter(({ text }) => /(from|import\() ?['"](onnxruntime|sharp|@?jimp)/.test(text));
    expect(naming.map(({ file }) => file)).toEqual([]);
  });

  it('let every optional property be undefined', () => {
    const lines = declarations.flatMap(({ file, text }) => text.split('\n').map((line) => `${file}: ${line.trim()}`));
    const optional = lines.filter((line) => /: (readonly )?\w+\?: .*;$/.test(line));
    expect(optional.length).toBeGreaterThan(50);
    expect(optional.filter((line) => !/\bundefined\b|\?: unknown;/.test(line))).toEqual([]);
  });
});

// Where the package's own files lie: networks, threads, the WebAssembly runtime, the service's page. The only module that counts
// folders upwards; it stands at the same depth in src/ and in dist/. In a bundle this module is somewhere else, and its address
// may be that of the machine that built it: there the package is looked for as an import would find it.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { VERSION } from '../version.js';

const PACKAGE = 'onnx-facial-lmk-detector';

// A bundle of CommonJS modules has no `import.meta.url`. Bundlers would take `new URL('../../', import.meta.url)` for a file.
const HERE = import.meta.url ?? pathToFileURL(__filename).href;
const BESIDE = new URL('../../', HERE);

function isThisPackage(root: URL): boolean {
  try {
    const { name, version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
    return name === PACKAGE && version === VERSION;
  } catch {
    return false;
  }
}

/** The folder in which an import in a module finds the package. */
function installedFor(importer: string): URL | undefined {
  try {
    return new URL('.', pathToFileURL(createRequire(importer).resolve(`${PACKAGE}/package.json`)));
  } catch {
    return undefined;
  }
}

function findRoot(): URL | undefined {
  if (isThisPackage(BESIDE)) return BESIDE;
  const installed = [HERE, process.argv[1]].map((importer) => installedFor(importer));
  return installed.find((root) => root !== undefined && isThisPackage(root));
}

const found = findRoot();
const ROOT = found ?? BESIDE;

/** Folder of the networks that come with this package. */
export const PACKAGE_MODELS: string = fileURLToPath(new URL('models/', ROOT));

/** A painting with one face, to try things on: Leonardo da Vinci's Mona Lisa. */
export const SAMPLE_PICTURE: string = fileURLToPath(new URL('dist/sample/mona-lisa.jpg', ROOT));

/** The page that explains each error code. */
export const ERROR_CODES_PAGE: string = fileURLToPath(new URL('docs/troubleshooting.md', ROOT));

/** Folder of the compiled modules. Tests run from the sources, but threads and pages need what was compiled. */
export const PACKAGE_MODULES = new URL('dist/', ROOT);

/** The way out where a bundle runs without the package, for error messages; undefined where the package is there. */
export const MISSING_PACKAGE: string | undefined = found
  ? undefined
  : `A bundle holds none of the package's files: install ${PACKAGE} ${VERSION} where it runs, or name files of your own.`;

/** A compiled module that a thread can be started with; undefined where a bundle runs without the package. */
export function packagedModule(path: string): URL | undefined {
  return found && new URL(path, PACKAGE_MODULES);
}

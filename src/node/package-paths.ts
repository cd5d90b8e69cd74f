// Where the package's own files lie: the only module that counts folders upwards. It stands at the same depth in src/ and in dist/.
import { fileURLToPath } from 'node:url';

const ROOT = new URL('../../', import.meta.url);

/** Folder of the networks that come with this package. */
export const PACKAGE_MODELS: string = fileURLToPath(new URL('models/', ROOT));

/** A painting with one face, to try things on: Leonardo da Vinci's Mona Lisa. */
export const SAMPLE_PICTURE: string = fileURLToPath(new URL('dist/sample/mona-lisa.jpg', ROOT));

/** Folder of the compiled modules. Tests run from the sources, but threads and pages need what was compiled. */
export const PACKAGE_MODULES = new URL('dist/', ROOT);

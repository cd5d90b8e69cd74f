import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CompilerState, Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** An entry of the package. */
interface Entry {
  title: string;
  intro: string;
  /** The declarations that the build leaves. */
  declarations: string;
}

/** The entries of the package, by the name of their report. */
export const ENTRIES: Record<string, Entry> = {
  main: {
    title: 'onnx-facial-lmk-detector',
    intro: 'Stages, pipeline, what is done with faces, and types. Runs wherever JavaScript runs.',
    declarations: 'dist/index.d.ts',
  },
  node: {
    title: '…/node',
    intro:
      'For Node: the detector, pools, image files and networks. This entry also exports all of the [main entry](api-main).',
    declarations: 'dist/node/index.d.ts',
  },
  web: {
    title: '…/web',
    intro:
      'For the browser: the detector, in the page or in a worker. This entry also exports all of the [main entry](api-main).',
    declarations: 'dist/web/index.d.ts',
  },
  fleet: {
    title: '…/fleet',
    intro:
      'Many machines on one archive, by a queue in Redis or Valkey. [Scale](docs/scale.md) says when that is worth it.',
    declarations: 'dist/fleet/index.d.ts',
  },
  kernels: {
    title: '…/kernels',
    intro: 'What lies under the stages: resampling, decoding, transforms, and the same in WebAssembly.',
    declarations: 'dist/kernels-entry.d.ts',
  },
};

/** Folder of the reports: one text for each entry with everything it exports, by name. */
export const REPORTS: string = fileURLToPath(new URL('../../docs/api', import.meta.url));

/**
 * Reads the built declarations of every entry: writes a report of its public surface into one folder, and its model, from which
 * the reference is made, into another.
 */
export function extractApi(reports: string, models: string): void {
  mkdirSync(reports, { recursive: true });
  const configs = Object.entries(ENTRIES).map(([name, { declarations }]) =>
    entryConfig(name, declarations, reports, models),
  );
  const compilerState = CompilerState.create(configs[0], {
    additionalEntryPoints: configs.map(({ mainEntryPointFilePath }) => mainEntryPointFilePath),
  });
  for (const config of configs) {
    Extractor.invoke(config, {
      localBuild: true,
      compilerState,
      messageCallback: (message) => {
        // TSDoc's rules are not ours: the comments are read as Markdown.
        if (message.logLevel !== ExtractorLogLevel.Error) message.handled = true;
      },
    });
  }
}

function entryConfig(name: string, declarations: string, reports: string, models: string): ExtractorConfig {
  return ExtractorConfig.prepare({
    packageJsonFullPath: `${ROOT}package.json`,
    configObjectFullPath: undefined,
    configObject: {
      projectFolder: ROOT,
      mainEntryPointFilePath: `${ROOT}${declarations}`,
      newlineKind: 'lf',
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            target: 'ES2022',
            module: 'NodeNext',
            moduleResolution: 'NodeNext',
            lib: ['ES2023', 'ESNext.Disposable', 'DOM', 'DOM.Iterable', 'DOM.AsyncIterable'],
            types: ['node'],
            strict: true,
            skipLibCheck: true,
          },
          files: Object.values(ENTRIES).map(({ declarations }) => declarations),
        },
      },
      apiReport: {
        enabled: true,
        reportFileName: name,
        reportFolder: reports,
        reportTempFolder: models,
        includeForgottenExports: false,
      },
      docModel: { enabled: true, apiJsonFilePath: `${models}/${name}.api.json` },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        extractorMessageReporting: { default: { logLevel: 'none' as never } },
        tsdocMessageReporting: { default: { logLevel: 'none' as never } },
        compilerMessageReporting: { default: { logLevel: 'none' as never } },
      },
    },
  });
}

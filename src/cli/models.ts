import { dirname, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { Command } from 'commander';
import { DownloadError } from '../errors.js';
import { downloadModels } from '../node/models/model-download.js';
import { locateModel, modelCacheFolder } from '../node/models/model-files.js';
import { KNOWN_MODELS, type KnownModel, MODEL_LICENSE } from '../node/models/model-table.js';
import { type FileVerdict, verifyFile } from '../node/models/verify-file.js';
import { DownloadDisplay } from './download-display.js';
import { printableJson } from './printable.js';
import { say } from './say.js';
import { print, shownName } from './standard-output.js';

interface FetchOptions {
  dir?: string;
  acceptLicense?: boolean;
  offline?: boolean;
  merged?: boolean;
}

interface ShowOptions {
  dir?: string;
  json?: boolean;
}

/**
 * `facial-lmk models fetch | verify | list`. Data goes to standard output, everything else to standard error.
 *
 * @param models the networks it knows; another table is for tests
 */
export function modelsCommand(models: readonly KnownModel[] = KNOWN_MODELS): Command {
  const command = new Command('models').description('fetch, verify and list the networks');

  command
    .command('fetch')
    .description('download the networks that are missing, and print where they are')
    .option('--dir <folder>', `where to put them (default: ${modelCacheFolder()})`)
    .option('--accept-license', 'agree to the licence of the networks without being asked')
    .option('--offline', 'use no network: take what already lies in the folder, also inside buffalo_l.zip')
    .option('--merged', 'also fetch the merged model.onnx, which only comparisons need')
    .addHelpText('after', `\n${MODEL_LICENSE}\nProxies are taken from HTTPS_PROXY, HTTP_PROXY and NO_PROXY.`)
    .action((options: FetchOptions, self: Command) => fetchModels(models, options, self));

  command
    .command('verify')
    .description('check the networks on disk against their digests')
    .option('--dir <folder>', 'look only here')
    .option('--json', 'print an array of { role, file, status, detail, path }')
    .action((options: ShowOptions) => verifyModels(models, options));

  command
    .command('list')
    .description('name the known networks, where they are on disk and where they come from')
    .option('--dir <folder>', 'look only here')
    .option('--json', 'print an array of { role, file, aliases, bytes, digest, path, sources }')
    .action((options: ShowOptions) => listModels(models, options));

  return command;
}

async function fetchModels(known: readonly KnownModel[], options: FetchOptions, command: Command): Promise<void> {
  const directory = resolve(options.dir ?? modelCacheFolder());
  const models = known.filter(({ role }) => role !== 'merged' || options.merged);
  const missing: KnownModel[] = [];
  for (const model of models) {
    const { path, verdict } = await inspect(model, options.dir);
    if (path !== undefined && verdict.status === 'ok') {
      await print(`${shownName(path)}\n`);
    } else {
      missing.push(model);
      if (path !== undefined && dirname(path) !== directory) {
        say(`${path} is damaged (${verdict.status}) and comes first in the search: remove it.`);
      }
    }
  }
  if (missing.length === 0) {
    say('Every network is there and intact.');
    return;
  }
  if (!options.offline) {
    say(MODEL_LICENSE);
    if (!options.acceptLicense && !(await agrees(command))) {
      say('Nothing was downloaded.');
      process.exitCode = 1;
      return;
    }
  }
  await download(missing, directory, options.offline ?? false);
}

async function download(models: KnownModel[], directory: string, offline: boolean): Promise<void> {
  const display = new DownloadDisplay();
  const interruption = new AbortController();
  const interrupt = () => interruption.abort();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    const paths = await downloadModels({
      models,
      directory,
      offline,
      acceptLicense: true,
      signal: interruption.signal,
      onProgress: (progress) => display.update(progress),
      onLocationFailed: ({ fileName, location, reason }) => display.note(`${fileName}: ${reason} (${location})`),
    });
    for (const path of paths) await print(`${shownName(path)}\n`);
  } catch (error) {
    display.stop();
    if (interruption.signal.aborted) {
      say('Interrupted. Run the same command again: it goes on where it stopped.');
      process.exitCode = 130;
    } else if (error instanceof DownloadError) {
      // Each location's reason was printed when it failed.
      say(`Expected ${error.expected} for ${error.subject} but none did. ${error.hint}`);
      process.exitCode = 1;
    } else {
      throw error;
    }
  } finally {
    display.stop();
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

async function agrees(command: Command): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    command.error('Nobody is there to be asked. Add --accept-license if you agree.', { exitCode: 2 });
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // Ctrl-C and Ctrl-D close the terminal without an answer.
  const closed = new AbortController();
  terminal.once('close', () => closed.abort());
  try {
    return /^y(es)?$/i.test((await terminal.question('Do you agree? [y/N] ', { signal: closed.signal })).trim());
  } catch {
    return false;
  } finally {
    terminal.close();
  }
}

async function verifyModels(models: readonly KnownModel[], { dir, json }: ShowOptions): Promise<void> {
  const rows = [];
  for (const model of models) {
    const { path, verdict } = await inspect(model, dir);
    rows.push({ role: model.role, file: model.fileName, ...verdict, path: path ?? null });
  }
  await printRows(rows, json, ({ status, file, path, detail }) => [status, file, path ?? '-', detail]);

  // The merged model is optional: it may be missing, but not damaged.
  if (rows.some(({ role, status, path }) => status !== 'ok' && (role !== 'merged' || path !== null))) {
    say('Run "npx facial-lmk models fetch" to download what is missing or damaged.');
    process.exitCode = 1;
  }
}

async function listModels(models: readonly KnownModel[], { dir, json }: ShowOptions): Promise<void> {
  const rows = [];
  for (const model of models) {
    const { role, fileName: file, aliases, bytes, digest } = model;
    const sources = model.locations.map((location) =>
      'url' in location ? location.url : `${location.member} in ${location.archive.fileName}`,
    );
    rows.push({
      role,
      file,
      aliases,
      bytes: bytes ?? null,
      digest,
      path: (await locateModel(model, dir)) ?? null,
      sources,
    });
  }
  await printRows(rows, json, ({ role, file, path }) => [role, file, path ?? '-']);
}

/** Rows as JSON, or one line for each with tabs between its columns. */
function printRows<Row>(rows: Row[], json: boolean | undefined, columns: (row: Row) => string[]): Promise<boolean> {
  const line = (row: Row) => `${columns(row).map(shownName).join('\t')}\n`;
  return print(json ? `${printableJson(rows, 2)}\n` : rows.map(line).join(''));
}

/** Where the network is that a search would take, and whether it is intact. */
async function inspect(model: KnownModel, dir?: string): Promise<{ path: string | undefined; verdict: FileVerdict }> {
  const path = await locateModel(model, dir);
  const verdict: FileVerdict =
    path === undefined ? { status: 'missing', detail: 'no such file' } : await verifyFile(path, model);
  return { path, verdict };
}

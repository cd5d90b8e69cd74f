import { dirname, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { Argument, Command } from 'commander';
import { DownloadError } from '../errors.js';
import { findModels } from '../node/models/find-models.js';
import { licenceExpression, licenceNotice } from '../node/models/licences.js';
import { locateModel } from '../node/models/locate-model.js';
import { downloadModels } from '../node/models/model-download.js';
import { modelCacheFolder, searchFolders } from '../node/models/model-folders.js';
import { isFetched, type KnownModel } from '../node/models/model-table.js';
import { licencesOf, NETWORK_SETS, type NetworkSet } from '../node/models/network-sets.js';
import { type FileVerdict, verifyFile } from '../node/models/verify-file.js';
import { describeFile, describeLocation } from './describe-file.js';
import { DownloadDisplay } from './download-display.js';
import { listSets } from './list-sets.js';
import { printableJson } from './printable.js';
import { say } from './say.js';
import { print, shownName } from './standard-output.js';

type Sets = Readonly<Record<string, NetworkSet>>;

interface FetchOptions {
  dir?: string | undefined;
  acceptLicence?: boolean | undefined;
  offline?: boolean | undefined;
  merged?: boolean | undefined;
  mirror?: string | undefined;
}

interface ShowOptions {
  dir?: string | undefined;
  json?: boolean | undefined;
}

/** The default of `fetch`. The other sets are part of the package or must be named. */
const REFERENCE_SET = 'insightface';

/** The networks of a set that users fetch. */
const fetchedOf = ({ detector, landmarker, merged }: NetworkSet): KnownModel[] =>
  [detector, landmarker, merged].filter((file) => file !== undefined).filter(isFetched);

/**
 * `facial-lmk models fetch | verify | list`. Data goes to standard output, everything else to standard error.
 *
 * @param sets the known sets; tests pass another table
 */
export function modelsCommand(sets: Sets = NETWORK_SETS): Command {
  const command = new Command('models').description('list, fetch and verify the sets of networks');
  const set = () => new Argument('[set]', 'the set').choices(Object.keys(sets));

  command
    .command('fetch')
    .description('download the networks of a set that are missing, and print where they are')
    .addArgument(set().default(REFERENCE_SET))
    .option('--dir <folder>', `where to put them (default: ${modelCacheFolder()})`)
    .option('--accept-licence', 'agree to the licence of the networks without being asked')
    .option('--offline', 'do not use the network: take files that are already in the folder, also inside buffalo_l.zip')
    .option('--mirror <url>', 'take the files from this folder of a server instead (also: FACIAL_LMK_MIRROR)')
    .option('--merged', 'also fetch the merged model.onnx of the set, which only comparisons need')
    .addHelpText('after', '\nProxies are taken from HTTPS_PROXY, HTTP_PROXY and NO_PROXY.')
    .action((name: string, options: FetchOptions, self: Command) => fetchSet(sets[name], options, self));

  command
    .command('verify')
    .description('check the fetched networks on disk against their digests')
    .addArgument(set())
    .option('--dir <folder>', 'look only here')
    .option('--json', 'print an array of { set, role, file, status, detail, path }')
    .action((name: string | undefined, options: ShowOptions) => verifySets(sets, name, options));

  command
    .command('list')
    .description('show the purpose, licence and files of each set, where the files are and where they come from')
    .addArgument(set())
    .option('--dir <folder>', 'look only here')
    .option('--json', 'print an array of sets')
    .action((name: string | undefined, options: ShowOptions) =>
      listSets(name === undefined ? Object.values(sets) : [sets[name]], options),
    );

  return command;
}

async function fetchSet(set: NetworkSet, options: FetchOptions, command: Command): Promise<void> {
  const directory = resolve(options.dir ?? modelCacheFolder());
  const missing: KnownModel[] = [];
  for (const model of fetchedOf(set).filter((file) => file !== set.merged || options.merged)) {
    const { path, verdict } = await inspect(model, options.dir);
    if (path !== undefined && verdict.status === 'ok') {
      await print(`${shownName(path)}\n`);
    } else {
      missing.push(model);
      if (path !== undefined && dirname(path) !== directory) {
        say(`${path} is damaged (${verdict.status}) and would be found first. Remove it.`);
      }
    }
  }
  if (missing.length > 0) {
    const restricted = licencesOf(set).find(({ commercialUse }) => !commercialUse);
    if (restricted && !options.offline) {
      say(`The licence of the set "${set.name}": ${licenceNotice(restricted)}`);
      if (!options.acceptLicence && !(await agrees(command))) {
        say('Nothing was downloaded.');
        process.exitCode = 1;
        return;
      }
    }
    if (!(await download(missing, directory, options))) return;
  }
  say(`The set "${set.name}" (${licenceExpression(licencesOf(set))}) is there and intact. To use it:`);
  say(`  npx facial-lmk detect photo.jpg ${await networkOptions(set, options.dir)}`);
}

/** The options with which a command runs this set. */
async function networkOptions(set: NetworkSet, dir: string | undefined): Promise<string> {
  const isSearched = fetchedOf(set).every((file) => dir === undefined || searchFolders(file).includes(resolve(dir)));
  if (isSearched) return `--networks ${set.name}`;
  const [detector, landmarker] = await Promise.all(
    [set.detector, set.landmarker].map(async (file) => (await locateModel(file, dir)).path),
  );
  // The folder is enough, unless it holds other networks too.
  const found = await findModels({ networks: resolve(dir as string) }).catch(() => undefined);
  if (found?.detector === detector && found?.landmarker === landmarker) return `--networks ${quoted(dir)}`;
  return `--detector ${quoted(detector)} --landmarker ${quoted(landmarker)}`;
}

/** A path, quoted for a shell if necessary. */
const quoted = (path = '') => (/^[\w./\\:~-]+$/.test(path) ? path : JSON.stringify(path));

/** @returns whether all are there now */
async function download(models: KnownModel[], directory: string, options: FetchOptions): Promise<boolean> {
  const display = new DownloadDisplay();
  const interruption = new AbortController();
  const interrupt = () => interruption.abort();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    const paths = await downloadModels({
      models,
      directory,
      offline: options.offline,
      mirror: options.mirror,
      acceptLicence: true,
      signal: interruption.signal,
      onProgress: (progress) => display.update(progress),
      onLocationFailed: ({ fileName, location, reason }) => display.note(`${fileName}: ${reason} (${location})`),
    });
    for (const path of paths) await print(`${shownName(path)}\n`);
    return true;
  } catch (error) {
    display.stop();
    if (interruption.signal.aborted) {
      say('Interrupted. Run the same command again to continue.');
      process.exitCode = 130;
    } else if (error instanceof DownloadError) {
      // Each location's reason was printed when it failed.
      await explainByHand(models, directory);
      process.exitCode = 1;
    } else {
      throw error;
    }
    return false;
  } finally {
    display.stop();
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

/** For machines without access to a server: explains which files are needed, where they come from, and where to put them. */
async function explainByHand(models: readonly KnownModel[], directory: string): Promise<void> {
  say(`No download succeeded. Put these files into ${directory} by hand, then run the same command again:`);
  for (const model of models) {
    if ((await verifyFile(resolve(directory, model.fileName), model)).status === 'ok') continue;
    say(`  ${describeFile(model)}`);
    for (const location of model.locations) say(`    ${describeLocation(location)}`);
  }
  say('Or name a mirror that you can reach: --mirror URL, or the variable FACIAL_LMK_MIRROR.');
}

async function agrees(command: Command): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    command.error('The licence cannot be confirmed without a terminal. Add --accept-licence if you agree.', {
      exitCode: 2,
    });
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

async function verifySets(sets: Sets, named: string | undefined, { dir, json }: ShowOptions): Promise<void> {
  const rows: (FileVerdict & { set: string; role: string; file: string; path: string | null; needed: boolean })[] = [];
  for (const set of named === undefined ? Object.values(sets) : [sets[named]]) {
    for (const model of fetchedOf(set)) {
      const { path, verdict } = await inspect(model, dir);
      const needed = named !== undefined && model !== set.merged;
      rows.push({ set: set.name, role: model.role, file: model.fileName, ...verdict, path: path ?? null, needed });
    }
  }
  const line = ({ status, file, path, detail }: (typeof rows)[number]) =>
    `${[status, file, path ?? '-', detail].map(shownName).join('\t')}\n`;
  const asJson = rows.map(({ needed: _, ...row }) => row);
  await print(json ? `${printableJson(asJson, 2)}\n` : rows.map(line).join(''));

  // A file of a set that was not named may be missing, but not damaged.
  const bad = rows.filter(({ status, needed }) => status !== 'ok' && (needed || status !== 'missing'));
  if (bad.length === 0) return;
  for (const set of new Set(bad.map((row) => row.set))) {
    say(`Run "npx facial-lmk models fetch ${set}" to download what is missing or damaged.`);
  }
  process.exitCode = 1;
}

/** The path that a search for a network would find, and whether the file is intact. */
async function inspect(model: KnownModel, dir?: string): Promise<{ path: string | undefined; verdict: FileVerdict }> {
  const { path } = await locateModel(model, dir);
  const verdict: FileVerdict =
    path === undefined ? { status: 'missing', detail: 'no such file' } : await verifyFile(path, model);
  return { path, verdict };
}

// `npm run bench`: kernels, stages and the whole pipeline, measured on the built package as its users import it.
// `npm run bench -- NAME ...` runs the named benchmarks only.
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { FacialLmkError, findModels, loadMergedModel } from 'onnx-facial-lmk-detector/node';
import { benchAnonymize } from './anonymize.js';
import type { Bench, BenchContext } from './bench.js';
import { chartSvg } from './chart.js';
import { benchDecoderMemory } from './decoder-memory.js';
import { benchEndToEnd } from './end-to-end.js';
import { benchFirstFace } from './first-face.js';
import { benchFleet } from './fleet.js';
import { benchFolder } from './folder.js';
import { benchGate } from './gate.js';
import { benchImages } from './images.js';
import { benchKernels } from './kernels.js';
import { benchLargeFiles } from './large-files.js';
import { calibrate, describeMachine, isQuiet } from './machine.js';
import { benchManyFiles } from './many-files.js';
import { benchMemory } from './memory.js';
import { benchMerged } from './merged.js';
import { benchOperators } from './operators.js';
import { benchPeers } from './peers.js';
import { benchPhotographs } from './photographs.js';
import { benchPool } from './pool.js';
import { benchRecall } from './recall.js';
import { formatMachine, formatQuiet, formatSection, type Report } from './report.js';
import { benchScaling } from './scaling.js';
import { benchServe } from './serve.js';
import { benchSets } from './sets.js';
import { benchStages } from './stages.js';
import { benchTrace } from './trace.js';
import { benchTrack } from './track.js';
import { benchWeb } from './web.js';

/** By name; without a name, those that are not marked `onRequest` run. */
const BENCHES: Record<string, { run: Bench; onRequest?: true }> = {
  kernels: { run: benchKernels },
  stages: { run: benchStages },
  'end-to-end': { run: benchEndToEnd },
  merged: { run: benchMerged },
  pool: { run: benchPool, onRequest: true },
  memory: { run: benchMemory, onRequest: true },
  'decoder-memory': { run: benchDecoderMemory, onRequest: true },
  photographs: { run: benchPhotographs, onRequest: true },
  'first-face': { run: benchFirstFace, onRequest: true },
  folder: { run: benchFolder, onRequest: true },
  'many-files': { run: benchManyFiles, onRequest: true },
  serve: { run: benchServe, onRequest: true },
  sets: { run: benchSets, onRequest: true },
  operators: { run: benchOperators, onRequest: true },
  peers: { run: benchPeers, onRequest: true },
  gate: { run: benchGate, onRequest: true },
  'large-files': { run: benchLargeFiles, onRequest: true },
  fleet: { run: benchFleet, onRequest: true },
  scaling: { run: benchScaling, onRequest: true },
  trace: { run: benchTrace, onRequest: true },
  track: { run: benchTrack, onRequest: true },
  recall: { run: benchRecall, onRequest: true },
  anonymize: { run: benchAnonymize, onRequest: true },
  web: { run: benchWeb, onRequest: true },
};

const HELP = `npm run bench -- [${Object.keys(BENCHES).join('|')} ...] [options]
  --networks SET   a set or a folder with the two networks (default: as for the command)
  --with A,B       sets or folders to compare with in "sets", to look again with in "anonymize"
  --detector FILE  another detector than the set's
  --images DIR     photographs (default: a painting alone and nine times; drawn scenes for drawn-faces)
  --only A,B       only the images of these names, without extension
  --merged FILE    a merged graph to compare with
  --rounds N       interleaved rounds (default 25)
  --chaos          of "fleet": kill workers, restart the queue, fill the disk
  --trace FILE     where "trace" writes its timeline (default: trace.json)
  --curves FILE    where "scaling" draws its curves (default: scaling.svg)
  --pictures DIR   of "recall" and "anonymize": a sheet of what was found where nothing should be
  --json FILE      everything as JSON
  --svg FILE       the end-to-end tables as a chart`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    networks: { type: 'string' },
    with: { type: 'string', default: '' },
    detector: { type: 'string' },
    images: { type: 'string' },
    only: { type: 'string' },
    merged: { type: 'string' },
    rounds: { type: 'string', default: '25' },
    trace: { type: 'string', default: 'trace.json' },
    curves: { type: 'string', default: 'scaling.svg' },
    pictures: { type: 'string' },
    json: { type: 'string' },
    svg: { type: 'string' },
    chaos: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h' },
  },
});

async function main(): Promise<void> {
  if (values.help) return console.log(HELP);
  const unknown = positionals.filter((name) => !Object.hasOwn(BENCHES, name));
  const rounds = Number(values.rounds);
  if (unknown.length > 0 || !Number.isInteger(rounds) || rounds < 1) {
    console.error(HELP);
    process.exitCode = 2;
    return;
  }
  const names = positionals.length > 0 ? positionals : Object.keys(BENCHES).filter((name) => !BENCHES[name].onRequest);
  const machine = describeMachine();
  console.log(formatMachine(machine));
  const before = calibrate();
  const models = await findModels({ networks: values.networks, detector: values.detector });
  const context: BenchContext = {
    models,
    others: await Promise.all(
      values.with
        .split(',')
        .filter(Boolean)
        .map(async (networks) => [networks, await findModels({ networks })] as const),
    ),
    images: await benchImages(values.images, models.identity.set, values.only?.split(',')),
    folder: values.images,
    pictures: values.pictures,
    merged: values.merged === undefined ? undefined : await loadMergedModel(values.merged),
    rounds,
    chaos: values.chaos,
    trace: values.trace,
    curves: values.curves,
  };
  console.log(`detector ${models.detector}, landmarker ${models.landmarker}, ${rounds} rounds\n`);
  const report: Omit<Report, 'calibration' | 'quiet'> = { machine, models, rounds, sections: [] };
  for (const name of names) {
    for (const section of await BENCHES[name].run(context)) {
      report.sections.push(section);
      console.log(`${formatSection(section)}\n`);
    }
  }
  await context.merged?.close();
  const after = calibrate();
  console.log(formatQuiet(before, after));
  const complete: Report = { ...report, calibration: { before, after }, quiet: isQuiet(before, after) };
  if (values.json) await writeFile(values.json, `${JSON.stringify(complete, null, 2)}\n`);
  if (values.svg) await writeFile(values.svg, chartSvg(report.sections.filter((section) => section.chart)));
}

try {
  await main();
} catch (error) {
  if (!(error instanceof FacialLmkError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

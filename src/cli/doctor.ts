import { Command } from 'commander';
import { type DeviceReport, examineMachine, type MachineReport } from './examine-machine.js';
import { addNetworkOptions, findNetworks, type NetworkOptions } from './network-options.js';
import { printableJson } from './printable.js';
import { print } from './standard-output.js';

interface DoctorOptions extends NetworkOptions {
  json?: boolean;
}

/** `facial-lmk doctor`: reports how this machine runs the networks, tests it, and suggests changes. */
export function doctorCommand(): Command {
  return addNetworkOptions(
    new Command('doctor')
      .description('report how this machine runs the networks, test it, and suggest changes')
      .option('--json', 'print JSON'),
  )
    .addHelpText('after', '\nExit code 0: nothing to change; 1: there are suggestions at the end of the report.')
    .action(examine);
}

async function examine(options: DoctorOptions): Promise<void> {
  const report = await examineMachine(await findNetworks(options));
  await print(options.json ? `${printableJson(report)}\n` : describeReport(report));
  if (report.advice.length > 0) process.exitCode = 1;
}

const short = (value: number) => String(Number(value.toPrecision(2)));

function describeDevice({ device, works, reason, differences }: DeviceReport): string {
  if (!works) return `${device}: no (${reason})`;
  if (!differences) return `${device}: yes`;
  const { keypoints, landmarks } = differences;
  return `${device}: yes, key points within ${short(keypoints)} and landmarks within ${short(landmarks)} pixels of the processor's`;
}

function describeReport(report: MachineReport): string {
  const { runtime, devices, decoders, networks, face, advice } = report;
  const lines = [
    `onnx-facial-lmk-detector ${report.version}, Node ${report.node}, ${report.platform}`,
    `runtime: ${runtime.name} ${runtime.version}`,
    ...(devices.length === 0 ? ['devices: only the processor'] : ['devices:']),
    ...devices.map((device) => `  ${describeDevice(device)}`),
    `decoders: ${decoders.join(', ')}`,
    `threads: ${report.cores} cores, memory ${report.sharedMemory ? 'shared' : 'not shared'} between threads`,
    `networks: ${networks.map(({ set, here }) => (here ? set : `${set} (not here)`)).join(', ')}`,
    ...(face ? [`one face: ${face.milliseconds.toFixed(1)} ms with ${face.set}`] : []),
    ...(advice.length === 0 ? ['All is well.'] : ['To change:', ...advice.map((line) => `  ${line}`)]),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

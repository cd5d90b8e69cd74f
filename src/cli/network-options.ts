import { dirname } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { findModels, type ModelPaths } from '../node/models/find-models.js';
import { isFetched } from '../node/models/model-table.js';
import { DEFAULT_SET, isSetName, NETWORK_SET_NAMES, NETWORK_SETS } from '../node/models/network-sets.js';
import { checkDevices, DEVICES, type Device } from '../node/runtime/device.js';
import { notEmpty } from './option-parsers.js';
import { say } from './say.js';

/** Options for the networks of a command. */
export interface NetworkOptions {
  networks?: string | undefined;
  detector?: string | undefined;
  landmarker?: string | undefined;
  licence?: 'commercial' | undefined;
}

/** The device on which the networks run. */
export interface DeviceCommandOptions {
  device?: Device[] | undefined;
}

/** The option for the device. Commands that compare bits do not have it, because they always run on the processor. */
export function addDeviceOption(command: Command): Command {
  return command.option(
    '--device <names>',
    `${DEVICES.join(', ')}, or several, separated by commas: the first that works is used (default: cpu)`,
    parseDevices,
  );
}

function parseDevices(text: string): Device[] {
  try {
    return checkDevices('it', text.split(','));
  } catch {
    throw new InvalidArgumentError(`Expected one of ${DEVICES.join(', ')}, or several, separated by commas.`);
  }
}

/** The options of every command that runs networks. */
export function addNetworkOptions(command: Command): Command {
  return command
    .optionsGroup('Networks:')
    .option(
      '--networks <set>',
      `${NETWORK_SET_NAMES.join(', ')}, or a folder (default: those in FACIAL_LMK_MODELS or models/, else ${DEFAULT_SET})`,
      notEmpty,
    )
    .option('--detector <file>', 'another detector: an SCRFD network with key points, or YuNet')
    .option('--landmarker <file>', 'another 106-point network')
    .addOption(
      new Option('--licence <use>', 'refuse networks that must not be used for this purpose').choices([
        'commercial',
      ] as const),
    );
}

/**
 * Finds the networks for a command, and prints their name and licence on standard error.
 * @throws ModelNotFoundError, ModelFileError, LicenceError
 */
export async function findNetworks({ networks, detector, landmarker, licence }: NetworkOptions): Promise<ModelPaths> {
  const found = await findModels({ networks, detector, landmarker, licence });
  say(`facial-lmk: ${describeNetworks(found)}`);
  return found;
}

function describeNetworks({ identity: { set, licence }, detector, landmarker }: ModelPaths): string {
  if (!isSetName(set)) return `networks ${detector} and ${landmarker}, licence ${licence}`;
  const from = isFetched(NETWORK_SETS[set].detector) ? `, from ${dirname(detector)}` : '';
  return `networks ${set}, licence ${licence}${from}`;
}

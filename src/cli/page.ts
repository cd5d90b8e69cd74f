import { join } from 'node:path';
import { Command } from 'commander';
import { DEFAULT_SET } from '../node/models/network-sets.js';
import { writeSite } from '../server/write-site.js';
import { addNetworkOptions, findNetworks, type NetworkOptions } from './network-options.js';
import { say } from './say.js';

interface PageOptions extends NetworkOptions {
  out: string;
  force?: boolean;
  webgpu?: boolean;
}

const HELP = `
The folder can be served by any static host, at any address, also below a path; browsers ask for https, or localhost, for
the camera and for visits without a connection. Nothing is loaded from anywhere else, and no image leaves the browser.

The page brings its own content security policy, without 'unsafe-eval'; WebAssembly needs 'wasm-unsafe-eval', also in a
policy that the host sends.`;

/** `facial-lmk page`: the page of `serve` as a static site that finds faces in the browser. */
export function pageCommand(): Command {
  return addNetworkOptions(
    new Command('page')
      .description('write the page as a static site that needs no server: everything runs in the browser')
      .requiredOption('-o, --out <folder>', 'the folder to write')
      .option('--webgpu', 'let visitors choose their graphics card; takes the package onnxruntime-web, and 27 MB')
      .option('--force', 'write also into a folder that holds other files'),
  )
    .addHelpText('after', HELP)
    .action(run);
}

async function run({ out, force, webgpu, ...options }: PageOptions): Promise<void> {
  const { identity, detector, landmarker } = await findNetworks(options);
  const { set, licence } = identity;
  const { files, bytes } = await writeSite(out, {
    networks: set === DEFAULT_SET ? undefined : { detector, landmarker, set, licence },
    overwrite: force,
    webgpu,
  });
  say(`${join(out, 'index.html')}: ${files} files, ${(bytes / 1e6).toFixed(1)} MB`);
}

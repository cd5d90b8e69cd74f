// Bundles jimp and its codecs into the one compiled module that imports them, and puts the licences of what is in it beside it.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = `${root}dist/node/images/jimp/`;
const outfile = `${folder}jimp.js`;

const { metafile } = await build({
  entryPoints: [`${root}src/node/images/jimp/jimp.js`],
  outfile,
  absWorkingDir: root,
  bundle: true,
  minify: true,
  legalComments: 'none',
  metafile: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  allowOverwrite: true,
  // Packages of CommonJS modules inside ask for Node's own modules in their way.
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
});
// Types of packages that are not installed with this one.
rmSync(`${folder}jimp.d.ts`, { force: true });

const packages = new Set(
  Object.keys(metafile.inputs).flatMap((path) => path.match(/^.*node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0] ?? []),
);

/** The licence text of a package, or what its package.json says where it has no such file. */
function licenceOf(path) {
  const { name, version, license, author } = JSON.parse(readFileSync(`${root}${path}/package.json`, 'utf8'));
  const file = readdirSync(`${root}${path}`).find((entry) => /^licen[cs]e(\.(md|txt))?$/i.test(entry));
  const by = typeof author === 'object' ? author?.name : author;
  const text = file ? readFileSync(`${root}${path}/${file}`, 'utf8').trim() : `${license}${by ? `, by ${by}` : ''}`;
  return `${name} ${version}\n\n${text}\n`;
}

const licences = [...packages].filter((path) => existsSync(`${root}${path}/package.json`)).sort();
writeFileSync(
  `${folder}LICENCES.txt`,
  `jimp.js contains these packages.\n\n${licences.map(licenceOf).join('\n---\n\n')}`,
);

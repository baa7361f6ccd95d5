// `npm run build`: one zip a function in dist/, all that a deployment uploads. In each a single file with its source map and
// a package.json that asks for the functions-framework alone, with the lock of ours. The same source makes the same bytes,
// in whatever folder, zone or year it is built.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { zipSync } from 'fflate';
import { type Target, targets } from '../functions/environment.ts';
import { type Lock, lockOf } from './lock.ts';

export type Bundle = Readonly<Record<'index.mjs' | 'index.mjs.map' | 'package.json' | 'package-lock.json', Uint8Array>>;

const framework = '@google-cloud/functions-framework';

/** Packages that one function alone loads; they stay out of the bundles of the others. */
const ownPackages: Readonly<Record<string, Target>> = {
  '@google-cloud/aiplatform': 'probe',
  '@google-cloud/kms': 'api',
  '@slack/webhook': 'announce',
};

/**
 * Files that packages load and we have no use for, 3 MB together: classes of messages (the clients speak by protos.json;
 * pipelines and data bundles of Firestore need some, operations that go on for long others), the client of Firestore's
 * administration, and zod's words in every language.
 */
const unused = [
  /@google-cloud\/(?:firestore-api|pubsub-api|pubsub)\/build\/protos\/protos\.js$/,
  /google-gax\/build\/protos\/(?:iam_service|locations|operations)\.js$/,
  /firestore-api\/build\/src\/v1\/firestore_admin_client\.js$/,
  /zod\/v4\/locales\/index\.js$/,
];
/** Firestore's client looks for a class in here as it is loaded. */
const empty = 'export const google = { firestore: { v1: {} } };';

/** CommonJS packages within an ES module look for these. */
const commonJs = `import { createRequire } from 'node:module';
const require = createRequire(import.meta.url), { dirname: __dirname, filename: __filename } = import.meta;`;

/** Writes the zips of every function into a folder. */
async function bundleAll(root: string, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const target of targets) {
    const zip = zipBundle(await bundle(root, target));
    writeFileSync(join(folder, `${target}.zip`), zip);
    process.stdout.write(`${target}.zip ${(zip.length / 1e6).toFixed(2)} MB\n`);
  }
}

/** The files of one function, from the project in the folder `root`. */
export async function bundle(root: string, target: Target): Promise<Bundle> {
  const { outputFiles } = await build({
    // esbuild reads tsconfig.json from here: without that file the same source makes other bytes. (esbuild 0.28.2)
    absWorkingDir: root,
    entryPoints: ['functions/index.ts'],
    outfile: 'index.mjs',
    bundle: true,
    write: false,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    minify: true,
    // Errors are told apart, and logged, by the names of their classes.
    keepNames: true,
    legalComments: 'none',
    sourcemap: 'linked',
    sourcesContent: false,
    preserveSymlinks: true,
    banner: { js: commonJs },
    external: [framework, ...Object.keys(ownPackages).filter((name) => ownPackages[name] !== target)],
    plugins: [leaveOut],
    logLevel: 'warning',
  });
  const [map, code] = outputFiles.toSorted((a, b) => b.path.length - a.path.length);
  if (map === undefined || code === undefined) throw new Error('esbuild made no file');
  return { 'index.mjs': code.contents, 'index.mjs.map': map.contents, ...manifestOf(root, target) };
}

export function zipBundle(bundle: Bundle): Uint8Array {
  // The year by the local clock, as zip files have it, so that it is the same in every zone.
  return zipSync({ ...bundle }, { level: 9, mtime: new Date(1980, 0, 1) });
}

const leaveOut: Plugin = {
  name: 'leave out',
  setup({ onLoad }) {
    for (const filter of unused) onLoad({ filter }, () => ({ contents: empty }));
  },
};

function manifestOf(root: string, target: Target): Pick<Bundle, 'package.json' | 'package-lock.json'> {
  const { version } = readJson<{ version: string }>(root, 'package.json');
  const lock = readJson<Lock>(root, 'package-lock.json');
  const dependencies = { [framework]: lock.packages[`node_modules/${framework}`]?.version ?? '' };
  const manifest = { name: `pinward-${target}`, version, private: true, main: 'index.mjs', dependencies };
  return { 'package.json': toBytes(manifest), 'package-lock.json': toBytes(lockOf(manifest, lock)) };
}

function readJson<T>(root: string, file: string): T {
  return JSON.parse(readFileSync(join(root, file), 'utf8'));
}

function toBytes(value: unknown): Uint8Array {
  return Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '..');
  await bundleAll(root, join(root, 'dist'));
}

// `npm run build`: makes a zip for each function in dist/, which is all that a deployment uploads. A zip has one
// bundled file, its source map, and a package.json with a lock file that installs only the functions-framework. The
// same source gives the same bytes in every folder, time zone and year. Beside each zip is the list of its packages.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { zipSync } from 'fflate';
import { bundledName as agentsName, extensions, systems } from '../functions/api/agents/agent-files.ts';
import { buildAgents } from '../functions/api/agents/build-agents.ts';
import { bundledName as consoleName } from '../functions/api/console/console-files.ts';
import { readCommandLine } from '../functions/cli/command-line.ts';
import { createProgress } from '../functions/cli/progress.ts';
import { buildConsole } from '../functions/console/build.ts';
import { type Target, targets } from '../functions/environment.ts';
import { type Lock, lockOf } from './lock.ts';
import { partsListOf } from './parts-list.ts';

type Code = Readonly<Record<'index.mjs' | 'index.mjs.map' | 'package.json' | 'package-lock.json', Uint8Array>>;
/** What only the bundle of `api` has: the console, and the agents to hand out. */
type HandedOut = Readonly<Record<typeof consoleName | typeof agentsName, Uint8Array>>;
export type Bundle = Code & Partial<HandedOut>;

export interface Made {
  readonly files: Bundle;
  /** The files that were bundled, relative to the project. */
  readonly inputs: readonly string[];
}

const framework = '@google-cloud/functions-framework';

/** Packages that only one function loads. They are left out of the other bundles. */
const exclusivePackages: Readonly<Record<string, Target>> = {
  '@google-cloud/aiplatform': 'probe',
  '@google-cloud/kms': 'api',
  '@slack/webhook': 'announce',
};

/**
 * Files of packages that Pinward doesn't use, 3 MB together: message classes (the clients use protos.json; only
 * Firestore's pipelines, data bundles and long-running operations need the classes), Firestore's admin client, and
 * zod's translations.
 */
const unused = [
  /@google-cloud\/(?:firestore-api|pubsub-api|pubsub)\/build\/protos\/protos\.js$/,
  /google-gax\/build\/protos\/(?:iam_service|locations|operations)\.js$/,
  /firestore-api\/build\/src\/v1\/firestore_admin_client\.js$/,
  /zod\/v4\/locales\/index\.js$/,
];
/** Replaces an unused file. Firestore's client reads these namespaces when it is loaded. */
const emptyModule = 'export const google = { firestore: { v1: {} } };';

/** CommonJS packages need these variables in an ES module. */
const commonJs = `import { createRequire } from 'node:module';
const require = createRequire(import.meta.url), { dirname: __dirname, filename: __filename } = import.meta;`;

/** Writes a zip for each function into a folder. */
async function bundleAll(root: string, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const progress = createProgress();
  for (const target of targets) {
    progress.show(`bundling ${target}`);
    const made = await makeBundle(root, target);
    const zip = zipBundle(made.files);
    const parts = listParts(root, target, made, zip);
    writeFileSync(join(folder, `${target}.zip`), zip);
    writeFileSync(join(folder, `${target}.cdx.json`), toBytes(parts));
    progress.end();
    process.stdout.write(`${target}.zip ${(zip.length / 1e6).toFixed(2)} MB; its packages: ${target}.cdx.json\n`);
  }
  // The agents that api.zip has, too: so their hashes can be had without asking the service.
  const agents = buildAgents(root);
  for (const system of systems) {
    writeFileSync(join(folder, `agent.${extensions[system]}`), agents[system].agent);
    process.stdout.write(`agent.${extensions[system]} ${agents[system].sha256}\n`);
  }
}

/** The packages of a bundle, in CycloneDX. */
export function listParts(root: string, target: Target, { files, inputs }: Made, zip: Uint8Array): object {
  const { version } = readJson<{ version: string }>(root, 'package.json');
  const { packages } = JSON.parse(Buffer.from(files['package-lock.json']).toString()) as Lock; // written by manifestOf
  const installed = Object.keys(packages).filter((path) => path !== '');
  const lock = readJson<Lock>(root, 'package-lock.json');
  return partsListOf({ name: `pinward-${target}`, version, zip, inputs, lock, installed });
}

/** The files of one function, from the project in the folder `root`. */
export async function bundle(root: string, target: Target): Promise<Bundle> {
  return (await makeBundle(root, target)).files;
}

export async function makeBundle(root: string, target: Target): Promise<Made> {
  const { outputFiles, metafile } = await build({
    // esbuild reads tsconfig.json from here. Without that file, the same source gives other bytes. (esbuild 0.28.2)
    absWorkingDir: root,
    entryPoints: ['functions/index.ts'],
    outfile: 'index.mjs',
    bundle: true,
    metafile: true,
    write: false,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    minify: true,
    // Errors are distinguished and logged by their class names.
    keepNames: true,
    legalComments: 'none',
    sourcemap: 'linked',
    sourcesContent: false,
    preserveSymlinks: true,
    banner: { js: commonJs },
    external: [framework, ...Object.keys(exclusivePackages).filter((name) => exclusivePackages[name] !== target)],
    plugins: [leaveOut, withoutUndici],
    logLevel: 'warning',
  });
  const [map, code] = outputFiles.toSorted((a, b) => b.path.length - a.path.length);
  if (map === undefined || code === undefined) throw new Error('esbuild returned no file');
  const inputs = Object.values(metafile.outputs).flatMap((output) => Object.keys(output.inputs));
  const files = {
    'index.mjs': code.contents,
    'index.mjs.map': map.contents,
    ...manifestOf(root, target),
    ...(target === 'api' ? await handedOut(root) : {}),
  };
  return { files, inputs };
}

async function handedOut(root: string): Promise<HandedOut> {
  return {
    [consoleName]: Buffer.from(JSON.stringify(await buildConsole(root))),
    [agentsName]: Buffer.from(JSON.stringify(buildAgents(root))),
  };
}

export function zipBundle(bundle: Bundle): Uint8Array {
  // In local time, like the times in zip files, so that the bytes are the same in every time zone.
  return zipSync({ ...bundle }, { level: 9, mtime: new Date(1980, 0, 1) });
}

const leaveOut: Plugin = {
  name: 'leave out',
  setup({ onLoad }) {
    for (const filter of unused) onLoad({ filter }, () => ({ contents: emptyModule }));
  },
};

/**
 * An import of `node:http` reads all that it exports, and so loads undici for its WebSocket: a seventh of a start. Where
 * a package imports it, its properties are read when they are used. (Node 24)
 */
const withoutUndici: Plugin = {
  name: 'without undici',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(node:)?http$/ }, ({ kind }) =>
      kind === 'import-statement' ? { path: 'node:http', namespace: 'built-in' } : null,
    );
    onLoad({ filter: /./, namespace: 'built-in' }, () => ({
      contents: "module.exports = process.getBuiltinModule('node:http');",
    }));
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

const help = `Bundle the functions.

  npm run build

Writes to dist/, for each function, NAME.zip for its deployment and NAME.cdx.json with the packages in it. agent.sh and agent.ps1
are the agents that api hands out, with their SHA-256.
`;

if (import.meta.main) {
  readCommandLine(help, {});
  const root = join(import.meta.dirname, '..');
  await bundleAll(root, join(root, 'dist'));
}

// `npm run release`: makes what a release consists of in dist/release/VERSION, and publishes nothing.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCommandLine } from '../functions/cli/command-line.ts';
import { targets } from '../functions/environment.ts';
import { writePackages } from './agents/packages/packages.ts';
import { sectionOf } from './changelog.ts';

const help = `Make a release of this commit in dist/release/VERSION: a zip for each function with the list of what it holds,
packages of the agents, those that api hands out, SHA256SUMS, the changes, and the Terraform that uses them. It publishes
nothing.

  npm run release -- [--url URL]

  --url URL  the address of the folder that the files will be downloaded from
             (default: the release of the repository "origin" at GitHub)

Before it, in one commit: set the version in package.json (npm version --no-git-tag-version VERSION), and give the
entries below "## Unreleased" in CHANGELOG.md the heading "## VERSION - DATE".
`;

interface Release {
  readonly version: string;
  readonly changes: string;
  /** Where the files will be. */
  readonly url: string;
  /** Where Terraform gets the module. */
  readonly repository: string;
}

/** A file of a release, with its SHA-256 in hexadecimal. */
interface Made {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** A reason not to make a release, which says what to do. */
class Refusal extends Error {}

function main(root: string): void {
  const { values } = readCommandLine(help, { options: { url: { type: 'string' } } });
  const release = readRelease(root, values.url);
  const dist = join(root, 'dist');
  build(root, dist);
  const folder = join(dist, 'release', release.version);
  emptyFolder(folder);
  const skipped = writePackages(folder, { root, ...release });
  const made = write(folder, dist, release);
  process.stdout.write([...skipped.map((line) => `${line}\n`), summaryOf(folder, made, release)].join(''));
}

/** What this commit says of its release. Throws a `Refusal`. */
function readRelease(root: string, givenUrl: string | undefined): Release {
  const changed = git(root, 'status', '--porcelain');
  if (changed !== '')
    throw new Refusal(`Commit or stash these changes first, so that others can make the same:\n${changed}`);
  const { version }: { version: string } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const changelog = readFileSync(join(root, 'CHANGELOG.md'), 'utf8');
  const changes = sectionOf(changelog, version);
  if (changes === null || changes === '')
    throw new Refusal(
      `CHANGELOG.md says nothing below "## ${version} - DATE". Move the entries of "Unreleased" there.`,
    );
  if ((sectionOf(changelog, 'Unreleased') ?? '') !== '')
    throw new Refusal(
      `CHANGELOG.md has entries below "Unreleased". They are in this commit: move them to "## ${version}".`,
    );
  const tagged = git(root, 'tag', '--list', `v${version}`) === '' ? null : git(root, 'rev-list', '-1', `v${version}`);
  if (tagged !== null && tagged !== git(root, 'rev-parse', 'HEAD'))
    throw new Refusal(`v${version} is the tag of another commit. Set the next version in package.json.`);
  const repository = readRepository(root);
  const url = (givenUrl ?? `${repository}/releases/download/v${version}`).replace(/\/+$/, '');
  if (!url.startsWith('https://')) throw new Refusal(`--url must begin with https://, so ${url} is refused.`);
  return { version, changes, repository, url };
}

/** The address of the repository, without credentials. */
function readRepository(root: string): string {
  const remotes = git(root, 'remote').split('\n');
  const origin = remotes.includes('origin') ? git(root, 'remote', 'get-url', 'origin') : '';
  const [, path] = /github\.com[/:]([\w.-]+\/[\w.-]+?)(?:\.git)?$/.exec(origin) ?? [];
  return `https://github.com/${path ?? 'OWNER/pinward'}`;
}

/** Builds into `dist`, where nothing of an older build is left. */
function build(root: string, dist: string): void {
  for (const name of existsSync(dist) ? readdirSync(dist).filter(isBuilt) : []) rmSync(join(dist, name));
  execFileSync(process.execPath, [join(root, 'infra/bundle.ts')], { stdio: 'inherit' });
}

/** A zip, a list of what one holds (CycloneDX), or an agent. */
function isBuilt(name: string): boolean {
  return /\.(?:zip|cdx\.json)$|^agent\.(?:sh|ps1)$/.test(name);
}

function emptyFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
}

/** Adds the other files of a release to its packages. */
function write(folder: string, dist: string, release: Release): readonly Made[] {
  for (const name of readdirSync(dist).filter(isBuilt)) {
    const [target = '', ...extension] = name.split('.');
    copyFileSync(join(dist, name), join(folder, `pinward-${target}-${release.version}.${extension.join('.')}`));
  }
  const made = readdirSync(folder).map((name) => describeFile(folder, name));
  writeFileSync(join(folder, 'SHA256SUMS'), made.map(({ sha256, name }) => `${sha256}  ${name}\n`).join(''));
  writeFileSync(join(folder, 'CHANGES.md'), `${release.changes}\n`);
  writeFileSync(join(folder, 'module.tf'), moduleOf(release, made));
  return made;
}

function describeFile(folder: string, name: string): Made {
  const bytes = readFileSync(join(folder, name));
  return { name, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}

function moduleOf({ version, url, repository }: Release, made: readonly Made[]): string {
  const hashes = targets.map((target) => {
    const zip = made.find(({ name }) => name === `pinward-${target}-${version}.zip`);
    return `      ${target.padEnd(8)} = "${zip?.sha256}"\n`;
  });
  const agents = ['ps1', 'sh'].map((extension) => {
    const agent = made.find(({ name }) => name === `pinward-agent-${version}.${extension}`);
    return `      ${extension.padEnd(3)} = "${agent?.sha256}"\n`;
  });
  return `module "pinward" {
  source = "git::${repository}.git//infra?ref=v${version}"

  release = {
    url     = "${url}"
    version = "${version}"
    sha256 = {
${hashes.toSorted().join('')}    }
    agents = {
${agents.join('')}    }
  }

  # The variables of infra/examples/small/main.tf.
}

# Those that infra/README.md and infra/agents/README.md ask for.
${outputs.map((name) => `output "${name}" {\n  value = module.pinward.${name}\n}\n`).join('\n')}`;
}

/** As in infra/examples. */
const outputs = ['next', 'url', 'agents', 'address', 'writers', 'writer_key'];

function summaryOf(folder: string, made: readonly Made[], { version, url }: Release): string {
  const files = made.map(({ name, bytes, sha256 }) => `  ${name}  ${(bytes / 1e6).toFixed(2)} MB  ${sha256}\n`);
  return `Made ${folder}:
${files.join('')}  SHA256SUMS
  CHANGES.md
  module.tf  takes the zips from ${url}

To publish it at GitHub:
  git tag v${version} && git push origin v${version}
  gh release create v${version} --notes-file dist/release/${version}/CHANGES.md dist/release/${version}/*
`;
}

function git(root: string, ...words: readonly string[]): string {
  return execFileSync('git', words, { cwd: root, encoding: 'utf8' }).trim();
}

if (import.meta.main) {
  try {
    main(join(import.meta.dirname, '..'));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    process.stderr.write(`${error.message}\nNothing was made. See npm run release -- --help.\n`);
    process.exitCode = 1;
  }
}

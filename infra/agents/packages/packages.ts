// The agents as packages of a release: a .deb and an .rpm for Linux, an archive with the Homebrew formula that takes it,
// and a zip for Intune. dpkg-deb and rpmbuild make theirs, where they are. One commit gives the same bytes each time, as
// far as these tools are of one version.

import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { manualOf } from './manual.ts';

export interface Packed {
  /** The root of the repository, whose commit is packed. */
  readonly root: string;
  readonly version: string;
  /** Where the files will be. */
  readonly url: string;
  readonly repository: string;
}

/** A file of a Linux package; undefined content stands for a folder. */
interface Placed {
  readonly content?: string | Uint8Array;
  readonly mode?: number;
}

/** Writes the packages into a folder. Returns a line for each that this machine could not make. */
export function writePackages(folder: string, packed: Packed): readonly string[] {
  writeHomebrew(folder, packed);
  writeFileSync(join(folder, `pinward-intune-${packed.version}.zip`), zipForIntune(packed));
  const work = mkdtempSync(join(tmpdir(), 'pinward-packages-'));
  try {
    const missing = (program: string) => spawnSync(program, ['--version']).error !== undefined;
    const skipped = (kind: string, program: string) =>
      `Skipped the .${kind}, because there is no ${program} (Debian: apt-get install ${program === 'rpmbuild' ? 'rpm' : 'dpkg'})`;
    const made = [
      missing('dpkg-deb') ? skipped('deb', 'dpkg-deb') : writeDeb(folder, join(work, 'deb'), packed),
      missing('rpmbuild') ? skipped('rpm', 'rpmbuild') : writeRpm(folder, join(work, 'rpm'), packed),
    ];
    return made.filter((line) => line !== undefined);
  } finally {
    rmSync(work, { recursive: true });
  }
}

function writeHomebrew(folder: string, packed: Packed): void {
  const { root, version, url } = packed;
  const name = `pinward-agent-${version}`;
  const parts = ['README.md', 'posix/install.sh', 'posix/pinward.sh', 'posix/parts/26-root.sh'];
  // tar.umask: install.sh refuses files that a group may write.
  const options = ['-c', 'tar.umask=0022', 'archive', '--format=tar', `--prefix=${name}/`, 'HEAD'];
  const words = [...options, ...parts, 'launchd', 'mdm', 'systemd'];
  const archive = gzipSync(execFileSync('git', words, { cwd: join(root, 'infra/agents') }), { level: 9 });
  writeFileSync(join(folder, `${name}.tar.gz`), archive);
  const address = `${url}/${name}.tar.gz`;
  writeFileSync(join(folder, 'pinward.rb'), filled(packed, 'pinward.rb', { URL: address, SHA256: sha256(archive) }));
}

/** What `install.ps1` and its kin need beside them. */
function zipForIntune(packed: Packed): Uint8Array {
  const agent = readFileSync(join(packed.root, 'infra/agents/windows/pinward.ps1'));
  const names = readdirSync(join(packed.root, sources, 'intune')).toSorted();
  const scripts = names.map((name) => [name, filled(packed, `intune/${name}`, { SHA256: sha256(agent) })] as const);
  const files = Object.fromEntries(scripts.map(([name, text]) => [name, new TextEncoder().encode(text)]));
  return zipSync({ ...files, 'pinward.ps1': agent }, { level: 9, mtime: new Date(1980, 0, 1) });
}

function writeDeb(folder: string, files: string, packed: Packed): undefined {
  const reload = '#!/bin/sh\n[ ! -d /run/systemd/system ] || systemctl daemon-reload || :\n';
  place(files, {
    ...filesOf(packed),
    'DEBIAN/control': { content: controlOf(packed) },
    'DEBIAN/conffiles': { content: '/etc/pinward/agent.conf\n' },
    'DEBIAN/postinst': { content: reload, mode: 0o755 },
    'DEBIAN/prerm': { content: '#!/bin/sh\n[ "$1" != remove ] || /usr/lib/pinward/before-removal\n', mode: 0o755 },
    // Purging removes what the administrator put beside the configuration, too: the token and the keys.
    'DEBIAN/postrm': { content: `${reload}[ "$1" != purge ] || rm -rf /etc/pinward\n`, mode: 0o755 },
  });
  // gzip, since not every dpkg reads what is newer.
  const deb = join(folder, `pinward_${versionOf(packed)}_all.deb`);
  runReproducibly(packed, 'dpkg-deb', ['--root-owner-group', '-Zgzip', '--build', files, deb]);
}

function controlOf({ repository, ...packed }: Packed): string {
  return `Package: pinward
Version: ${versionOf(packed)}
Architecture: all
Maintainer: The maintainers of Pinward <${repository}/issues>
Section: admin
Priority: optional
Depends: curl
Recommends: openssl
Homepage: ${repository}
Description: Keeps Claude Code on the organisation's pins
 The agent polls a Pinward server and puts the pins where Claude Code reads them.
`;
}

function writeRpm(folder: string, work: string, packed: Packed): undefined {
  const files = join(work, 'files');
  place(files, filesOf(packed));
  const values = { FILES: files, VERSION: versionOf(packed), REPOSITORY: packed.repository };
  writeFileSync(join(work, 'pinward.spec'), filled(packed, 'pinward.spec', values));
  const settings = {
    _topdir: work,
    _rpmdir: work,
    _rpmfilename: 'made.rpm',
    _buildhost: 'pinward',
    _binary_payload: 'w9.gzdio',
    use_source_date_epoch_as_buildtime: '1',
    clamp_mtime_to_source_date_epoch: '1',
    __os_install_post: '%{nil}', // it would change files
  };
  const defined = Object.entries(settings).flatMap(([name, value]) => ['--define', `${name} ${value}`]);
  runReproducibly(packed, 'rpmbuild', ['--quiet', '-bb', ...defined, join(work, 'pinward.spec')]);
  writeFileSync(join(folder, `pinward-${versionOf(packed)}-1.noarch.rpm`), readFileSync(join(work, 'made.rpm')));
}

/** What both packages put where. The configuration is a template without secrets. */
function filesOf({ root, version }: Packed): Readonly<Record<string, Placed>> {
  const read = (name: string) => readFileSync(join(root, name), 'utf8');
  const agent = read('infra/agents/posix/pinward.sh');
  const unit = (name: string) => read(`infra/agents/systemd/system/pinward.${name}`);
  return {
    'etc/claude-code/managed-settings.d': {},
    'etc/pinward/agent.conf': { content: read(`${sources}/agent.conf`) },
    'usr/bin/pinward': { content: agent, mode: 0o755 },
    'usr/lib/pinward/before-removal': { content: read(`${sources}/before-removal`), mode: 0o755 },
    'usr/lib/systemd/system/pinward.service': { content: unit('service').replaceAll('/usr/local/bin/', '/usr/bin/') },
    'usr/lib/systemd/system/pinward.timer': { content: unit('timer') },
    'usr/share/doc/pinward/copyright': { content: read('LICENSE') },
    'usr/share/man/man1/pinward.1.gz': { content: gzipSync(manualOf(agent, version), { level: 9 }) },
    'var/lib/pinward': {},
  };
}

/** Makes the files below a folder, with the same modes whatever the umask is. */
function place(below: string, files: Readonly<Record<string, Placed>>): void {
  for (const [name, { content, mode = 0o644 }] of Object.entries(files)) {
    const path = join(below, name);
    mkdirSync(content === undefined ? path : dirname(path), { recursive: true });
    if (content === undefined) continue;
    writeFileSync(path, content);
    chmodSync(path, mode);
  }
  for (const entry of readdirSync(below, { recursive: true, withFileTypes: true }))
    if (entry.isDirectory()) chmodSync(join(entry.parentPath, entry.name), 0o755);
  chmodSync(below, 0o755);
}

/** With the time of the commit for all times. */
function runReproducibly({ root }: Packed, program: string, words: readonly string[]): void {
  const time = execFileSync('git', ['log', '-1', '--format=%ct'], { cwd: root, encoding: 'utf8' }).trim();
  const env = { ...process.env, SOURCE_DATE_EPOCH: time, LC_ALL: 'C' };
  execFileSync(program, words, { env, stdio: ['ignore', 'ignore', 'inherit'] });
}

const sources = 'infra/agents/packages';

/** A file of this folder, with its @NAMES@ replaced. */
function filled({ root, repository }: Packed, name: string, values: Readonly<Record<string, string>>): string {
  const text = readFileSync(join(root, sources, name), 'utf8');
  return text.replaceAll(
    /@([A-Z0-9]+)@/g,
    (whole, key: string) => ({ REPOSITORY: repository, ...values })[key] ?? whole,
  );
}

/** Neither kind may have a hyphen in its version; a tilde sorts before the release. */
function versionOf({ version }: Pick<Packed, 'version'>): string {
  return version.replaceAll('-', '~');
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

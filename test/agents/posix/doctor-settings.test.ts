/** What leads Claude Code away from the pins, as Claude Code itself says: managed files, the shell, users' settings. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { type Complaint, findsEach } from './complaint.ts';
import { write } from './machine.ts';
import { newPatient, type Patient, userSettings } from './patient.ts';

const elsewhere = JSON.stringify({ calls: 'https://me:hush@gateway.example.com/v1/projects/p/x?key=hush' });
const file =
  (path: string, content: string) =>
  ({ machine }: Patient) =>
    write(machine.path(path), content);
const vsCode = `{
  // an editor's JSON
  "claudeCode.environmentVariables": [
    { "name": "ANTHROPIC_MODEL", "value": "claude-opus-4-1@20250805", }, /* one */
  ],
}`;

const complaints: readonly Complaint[] = [
  {
    name: 'a managed file beside the pins',
    worsen: file('etc/claude-code/managed-settings.json', elsewhere.replace('{', '{"model":"opus",')),
    check: 'client',
    says: /default: would call https:\/\/gateway\.example\.com\/v1\/projects\/p\/x; because of: \S*managed-settings\.json$/m,
    mends: /managed-settings\.json$/,
  },
  {
    name: 'a managed file that keeps Claude Code from starting',
    worsen: file('etc/claude-code/managed-settings.d/90-team.json', 'null'),
    check: 'client',
    says: /calls nothing: \S*90-team\.json: could not be parsed as a JSON object\. X-Token: \(hidden\); because of: \S*90-team\.json$/m,
    mends: /90-team\.json$/,
  },
  {
    name: 'a user setting',
    worsen: file(userSettings, elsewhere),
    check: 'client',
    says: /opus: would call .*\/home\/\.claude\/settings\.json$/m,
    mends: /\.claude\/settings\.json$/,
  },
  {
    name: 'a model in the shell',
    env: { ANTHROPIC_MODEL: 'claude-opus-4-1@20250805', ANTHROPIC_LOG: 'info' },
    worsen: file('home/.zshrc', 'export ANTHROPIC_MODEL=claude-opus-4-1@20250805\n'),
    check: 'client',
    says: /^problem default: would call claude-opus-4-1@20250805 in eu for acme-claude at \S+; because of: variables of this shell: ANTHROPIC_MODEL$/,
    means: /overrides the pins.*~\/\.zshrc/,
    mends: /^unset ANTHROPIC_MODEL$/,
  },
  {
    name: 'another provider in the shell',
    env: { CLAUDE_CODE_USE_BEDROCK: '1' },
    check: 'client',
    says: /haiku: would call https:\/\/bedrock-runtime.*CLAUDE_CODE_USE_BEDROCK$/m,
    mends: /^unset CLAUDE_CODE_USE_BEDROCK$/,
  },
  {
    name: 'another provider in a shell that has read its pins',
    delivery: 'shell',
    env: { CLAUDE_CODE_USE_BEDROCK: '1' },
    check: 'client',
    says: /variables of this shell/,
    mends: /^unset CLAUDE_CODE_USE_BEDROCK; eval "\$\(pinward --root \S+ env\)"$/,
  },
  {
    name: 'managed files of which nobody knows which one it is',
    worsen: (patient) => {
      file(
        'etc/claude-code/managed-settings.d/10-quiet.json',
        '{"env": {"CLAUDE_CODE_MAX_OUTPUT_TOKENS": "1"}}',
      )(patient);
      file('etc/claude-code/managed-settings.d/20-empty.json', '{"allowed\\u0050roviders": []}')(patient);
      file('etc/claude-code/managed-settings.d/90-plan.json', '{"permissions": {"defaultMode": "plan"}}')(patient);
      file('etc/claude-code/managed-settings.d/95-away.json', elsewhere.replace('{', '{"model":"opus",'))(patient);
    },
    check: 'client',
    says: /because of: \S*20-empty\.json, \S*90-plan\.json, \S*95-away\.json$/m,
    mends: /vi \S*20-empty\.json \S*90-plan\.json \S*95-away\.json$/,
  },
  {
    name: 'another model in the variables of VS Code',
    worsen: file('home/.config/Code/User/settings.json', vsCode),
    check: 'editor',
    says: /Code\/User\/settings\.json sets ANTHROPIC_MODEL; default: would call claude-opus-4-1@20250805/,
    mends: /Code\/User\/settings\.json$/,
  },
  {
    name: 'a CLI older than a pin needs',
    cli: '2.1.100',
    online: true,
    check: 'cli',
    says: /2\.1\.100 is older than a pin needs/,
    means: /claude-opus-4-8 needs Claude Code 2\.1\.154, this machine runs 2\.1\.100/,
    mends: /^claude update$/,
  },
  {
    name: 'a CLI that gets an older model than the pin',
    online: true,
    worsen: ({ server }) =>
      server.behave((_request, response) => {
        response.end('{"reasons": [{"code": "pinned"}, {"code": "cli_gated", "text": "it gets an older one"}]}');
      }),
    check: 'cli',
    says: /2\.1\.331 is older than a pin needs/,
    means: /it gets an older one/,
    mends: /^claude update$/,
  },
  {
    name: 'a CLI that knows no drop-ins',
    env: { CLAUDE_CODE_VERSION: '2.1.9' },
    check: 'cli',
    says: /2\.1\.9, and the pins need 2\.1\.83/,
    mends: /^claude update$/,
  },
];

findsEach('pinward doctor on settings', complaints);

describe('the commands of pinward doctor', () => {
  it('name a file whatever letters its path has', async () => {
    await using patient = await newPatient();
    const path = patient.machine.path("etc/claude-code/managed-settings.d/90-büro 'x' 文.json");
    write(path, elsewhere.replace('{', '{"model":"opus",'));
    const { commands } = await patient.examine({ args: ['--offline'] });
    const command = commands.find((each) => each.includes('90-b')) ?? '';
    assert.match(command, /^[ -~]+$/);
    const opened = spawnSync('sh', ['-c', `vi() { printf %s "$1"; }; ${command.replace('sudo ', '')}`]);
    assert.equal(opened.stdout.toString(), path);
  });
});

describe('pinward doctor asks Claude Code', { concurrency: 2 }, () => {
  it('in the folder where it is run, and finds the settings of a repository from a folder in it', async () => {
    await using patient = await newPatient();
    const repository = mkdtempSync(join(tmpdir(), 'pinward-repository-'));
    write(join(repository, '.claude/settings.local.json'), elsewhere);
    const { checks, out } = await patient.examine({ args: ['--offline'], cwd: repository });
    assert.match(checks['client'] ?? '', /because of: \S*\/\.claude\/settings\.local\.json/, out);
  });

  it('never as root, and says how to run it, in JSON, too', async () => {
    await using patient = await newPatient();
    for (const args of [['--offline'], ['--offline', '--json']]) {
      const { out } = await patient.examine({ args, env: { ID: '0', SUDO_USER: 'ada', CLAUDE_CODE_USE_BEDROCK: '1' } });
      assert.match(out, /not asked as root; run: sudo -u ada pinward --root \S+ doctor/);
    }
  });

  it('and prints one JSON object with --json', async () => {
    await using patient = await newPatient();
    const { code, out } = await patient.examine({
      args: ['--offline', '--json'],
      env: { CLAUDE_CODE_USE_BEDROCK: '1' },
    });
    const { problems, findings }: { problems: number; findings: Record<string, string>[] } = JSON.parse(out);
    assert.deepEqual([code, problems], [1, findings.filter(({ verdict }) => verdict === 'problem').length]);
    const [first] = findings.filter(({ check }) => check === 'client');
    assert.equal(first?.['fix'], 'unset CLAUDE_CODE_USE_BEDROCK');
  });

  it('ten seconds long at most, and calls silence no problem', async () => {
    await using patient = await newPatient();
    const { code, checks } = await patient.examine({ args: ['--offline'], env: { STAND_IN_HANGS: 'yes' } });
    assert.match(checks['client'] ?? '', /^skipped .*opus: Claude Code did not answer within 10 seconds/s);
    assert.equal(code, 0);
  });

  it('not when it is older than any that was asked', async () => {
    await using patient = await newPatient('fragment', '2.1.136');
    const { checks } = await patient.examine({ args: ['--offline'] });
    assert.match(checks['client'] ?? '', /^skipped Claude Code 2\.1\.136 was never asked/);
  });

  it('and follows the variables of an editor that lead nowhere else', async () => {
    await using patient = await newPatient();
    const settings = patient.machine.path('home/.config/Code/User/settings.json');
    write(settings, vsCode.replace('ANTHROPIC_MODEL', 'GOOGLE_CLOUD_QUOTA_PROJECT'));
    const { code, checks } = await patient.examine({ args: ['--offline'] });
    assert.match(checks['editor'] ?? '', /^ok .* sets GOOGLE_CLOUD_QUOTA_PROJECT; Claude Code calls the same/);
    assert.equal(code, 0);
  });
});

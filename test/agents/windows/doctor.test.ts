/**
 * The doctor of pinward.ps1 in PowerShell 7, on a healthy machine that each test breaks in one place. Its files are where
 * pinward.sh has them, since Claude Code is a stand-in that reads those.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { isMissing } from '../../support/needs.ts';
import type { Finding } from '../claude/developer.ts';
import { agents } from '../packaging/files.ts';
import { finished, fragment, write } from '../posix/machine.ts';
import { accessToken, newPatient, type Patient, userSettings } from '../posix/patient.ts';
import { sha256 } from '../posix/server.ts';
import { refused } from '../posix/vertex-endpoint.ts';

interface Trouble {
  readonly name: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly check: string;
  readonly says: RegExp;
  readonly mends: RegExp;
}

const script = join(agents, 'windows/pinward.ps1');
const elsewhere = JSON.stringify({ calls: 'https://me:hush@gateway.example.com/v1/projects/p/x?key=hush' });

const troubles: readonly Trouble[] = [
  {
    name: 'a managed file beside the pins',
    files: { 'etc/claude-code/managed-settings.json': elsewhere.replace('{', '{"model":"opus",') },
    check: 'client',
    says: /^default: would call https:\/\/gateway\.example\.com\/v1\/projects\/p\/x; because of: \S*managed-settings\.json$/,
    mends: /managed-settings\.json"$/,
  },
  {
    name: 'a managed file that keeps Claude Code from starting',
    files: { 'etc/claude-code/managed-settings.d/90-team.json': 'null' },
    check: 'client',
    says: /calls nothing: \S*90-team\.json: could not be parsed as a JSON object\. X-Token: \(hidden\); because of: \S*90-team\.json$/,
    mends: /90-team\.json"$/,
  },
  {
    name: 'a setting of the user',
    files: { [userSettings]: elsewhere },
    check: 'client',
    says: /^opus: would call .*\/home\/\.claude\/settings\.json$/,
    mends: /\.claude\/settings\.json"$/,
  },
  {
    name: 'another provider in the shell',
    env: { CLAUDE_CODE_USE_BEDROCK: '1', CLAUDE_CODE_EFFORT_LEVEL: 'high' },
    check: 'client',
    says: /^haiku: would call https:\/\/bedrock-runtime.*variables of this shell: CLAUDE_CODE_USE_BEDROCK$/,
    mends: /^Remove-Item env:CLAUDE_CODE_USE_BEDROCK$/,
  },
  {
    name: 'another model in the variables of VS Code',
    files: {
      'home/.config/Code/User/settings.json':
        '{ // an editor\n"claudeCode.environmentVariables": [{ "name": "ANTHROPIC_MODEL", "value": "claude-opus-4-1", },], }',
    },
    check: 'editor',
    says: /settings\.json sets ANTHROPIC_MODEL; default: would call claude-opus-4-1/,
    mends: /User\/settings\.json"$/,
  },
  {
    name: 'credentials of the user that are not there',
    files: { [userSettings]: '{"env": {"GOOGLE_APPLICATION_CREDENTIALS": "/keys/none.json"}}' },
    check: 'credentials',
    says: /^could not read \S+\/keys\/none\.json$/,
    mends: /^dir .*none\.json"$/,
  },
  {
    name: 'credentials that gcloud is refused',
    env: { GCLOUD_SAYS: 'Error code invalid_grant: no' },
    check: 'credentials',
    says: /^gcloud: .*invalid_grant: no: the credentials are refused$/,
    mends: /^gcloud auth application-default login$/,
  },
];

describe('pinward.ps1 doctor', { skip: isMissing('pwsh') }, () => {
  it('finds nothing wrong with a healthy machine, and asks Vertex for one token of each pin', async () => {
    await using patient = await newWindowsPatient();
    const { code, findings, out } = await examine(patient);

    assert.deepEqual([code, findings.filter(({ verdict }) => verdict !== 'ok')], [0, []], out);
    assert.deepEqual(
      findings.map(({ check }) => check),
      'config pins age signatures server cli client credentials haiku opus sonnet'.split(' '),
    );
    for (const { headers } of patient.vertex.calls) assert.equal(headers.authorization, `Bearer ${accessToken}`);
    assert.equal(patient.vertex.calls.length, 3);
  });

  for (const { name, files = {}, env = {}, check, says, mends } of troubles) {
    it(`finds ${name}`, async () => {
      await using patient = await newWindowsPatient();
      for (const [path, content] of Object.entries(files)) write(patient.machine.path(path), content);
      const { code, findings, out } = await examine(patient, ['--json'], env);

      const problems = findings.filter(({ verdict, check: of }) => verdict === 'problem' && of === check);
      assert.ok(
        problems.some(({ text }) => says.test(text)),
        out,
      );
      for (const { fix } of problems) assert.match(fix ?? '', mends);
      assert.equal(code, 1);
      assert.ok(!out.includes('hush') && !out.includes(accessToken), out);
    });
  }

  it('says what Vertex refuses, with the advice of the table', async () => {
    await using patient = await newWindowsPatient();
    patient.vertex.answer('claude-opus-4-8', refused.noPermission);
    patient.vertex.answer('claude-sonnet-4-6', refused.busy);
    const { findings, out } = await examine(patient);

    const textOf = (of: string) => findings.find(({ check }) => check === of);
    assert.match(textOf('opus')?.text ?? '', /: no permission aiplatform\.endpoints\.predict$/, out);
    assert.match(textOf('opus')?.fix ?? '', /acme-claude --member user:YOUR@ADDRESS --role roles\/aiplatform\.user$/);
    assert.deepEqual([textOf('sonnet')?.verdict, textOf('haiku')?.verdict], ['skipped', 'ok']);
  });

  it('never asks as who may do everything, and asks nobody with --offline', async () => {
    await using patient = await newWindowsPatient();
    const mighty = await examine(patient, ['--json', '--offline'], { ID: '0', CLAUDE_CODE_USE_BEDROCK: '1' });

    assert.match(mighty.out, /not asked as an administrator; run: pinward --root /);
    assert.deepEqual([mighty.code, patient.vertex.calls, patient.server.asked], [0, [], []]);
  });

  it('prints lines for people, and leaves nothing in the temporary folder', async () => {
    await using patient = await newWindowsPatient();
    const { out, code } = await examine(patient, ['--offline'], { CLAUDE_CODE_USE_BEDROCK: '1' });

    assert.match(out, /^ok {7}pins {9}revision 41/m);
    assert.match(out, /^client: This overrides the pins\.\n {2}Remove-Item env:CLAUDE_CODE_USE_BEDROCK$/m);
    assert.deepEqual([code, patient.machine.files().filter((name) => name.startsWith('tmp/pinward.'))], [1, []]);
  });
});

/** The patient of pinward.sh, with the configuration where pinward.ps1 looks for it, and a real key. */
async function newWindowsPatient(): Promise<Patient> {
  const patient = await newPatient();
  const { machine } = patient;
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const id = createHash('sha256')
    .update(publicKey.export({ format: 'der', type: 'spki' }))
    .digest('hex')
    .slice(0, 16);
  write(machine.path(`etc/pinward/keys/${id}.pem`), publicKey.export({ format: 'pem', type: 'spki' }).toString());
  const places = 'settings_dir = /etc/claude-code/managed-settings.d\nkeys = /etc/pinward/keys\n';
  write(machine.path('Program Files/Pinward/agent.conf'), machine.read('etc/pinward/agent.conf') + places);
  write(machine.path('tmp/.keep'), '');
  // Claude Code and the doctor call the endpoint, which the pins name.
  const settings = JSON.parse(machine.read(fragment));
  settings.env.ANTHROPIC_VERTEX_BASE_URL = `${patient.vertex.url}/v1`;
  const body = `${JSON.stringify(settings, null, 2)}\n`;
  write(machine.path(fragment), body);
  write(machine.path('var/lib/pinward/pins.settings.json'), body);
  patient.note({ etag: sha256(body) });
  return patient;
}

async function examine(
  { machine, env }: Patient,
  options: readonly string[] = ['--json'],
  more: Readonly<Record<string, string>> = {},
): Promise<{ code: number | null; out: string; findings: readonly Finding[] }> {
  const words = ['-NoProfile', '-File', script, '--root', machine.root, 'doctor', ...options];
  const child = spawn('pwsh', words, { cwd: machine.root, env: { ...env, TMPDIR: machine.path('tmp'), ...more } });
  const { code, out, err } = await finished(child);
  assert.equal(err, '', out);
  const answer: { findings: readonly Finding[] } = options.includes('--json') ? JSON.parse(out) : { findings: [] };
  return { code, out, findings: answer.findings };
}

/** pinward doctor as a whole: on a healthy machine, its limits, and its command line. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { describe, it } from 'node:test';
import { pathOf, shells, token, until, whyNot } from './machine.ts';
import { accessToken, type Delivery, newPatient } from './patient.ts';
import { refused } from './vertex-endpoint.ts';

const deliveries: readonly Delivery[] = ['fragment', 'helper', 'shell'];

describe('pinward doctor', { concurrency: 4 }, () => {
  for (const shell of shells.keys()) {
    it(`finds nothing wrong with a healthy machine, in ${shell}`, { skip: whyNot(shell) }, async () => {
      await using patient = await newPatient();
      const { code, err, checks, commands } = await patient.examine({ shell });
      assert.deepEqual(
        Object.values(checks).filter((line) => !line.startsWith('ok ')),
        [],
      );
      const names = 'config pins age signatures server cli client credentials opus sonnet haiku'.split(' ');
      assert.deepEqual([Object.keys(checks), commands, code, err], [names, [], 0, '']);
    });
  }

  for (const delivery of deliveries) {
    it(`asks Vertex for one token of each pin where it is pinned, by ${delivery}`, async () => {
      await using patient = await newPatient(delivery);
      const { code, out } = await patient.examine();
      assert.equal(code, 0, out);
      assert.deepEqual(
        patient.vertex.calls.map(({ project, location, model }) => [project, location, model]),
        [
          ['acme-claude', 'eu', 'claude-opus-4-8'],
          ['acme-claude', 'global', 'claude-sonnet-4-6'],
          ['acme-claude', 'global', 'claude-haiku-4-5@20251001'],
        ],
      );
      for (const { headers, body } of patient.vertex.calls) {
        assert.equal(headers.authorization, `Bearer ${accessToken}`);
        const asked: unknown = JSON.parse(body);
        const messages = [{ role: 'user', content: 'hi' }];
        assert.deepEqual(asked, { anthropic_version: 'vertex-2023-10-16', max_tokens: 1, messages });
      }
    });
  }

  it('changes nothing, whatever it finds', async () => {
    await using patient = await newPatient();
    patient.vertex.answer('*', refused.apiDisabled);
    patient.note({ valid_until: '2020-01-01T00:00:00Z', last_error: 'x' });
    const before = everything(patient.machine.root);
    assert.equal((await patient.examine({ env: { ANTHROPIC_MODEL: 'claude-opus-4-1' } })).code, 1);
    assert.deepEqual(everything(patient.machine.root), before);
  });

  it('shows its tokens to no process list and in no output', async () => {
    await using patient = await newPatient();
    patient.vertex.answer('*', null);
    const examination = patient.examine();
    await until(() => patient.vertex.calls.length > 0);
    const commands = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(commandLine);
    assert.ok(commands.some((command) => command.includes(`${patient.vertex.url}/v1/projects`)));
    assert.deepEqual(
      commands.filter((command) => command.includes(accessToken) || command.includes(token)),
      [],
    );
    patient.vertex.release();
    const { out, err } = await examination;
    assert.ok(!`${out}${err}`.includes(accessToken) && !`${out}${err}`.includes(token));
  });

  it('asks nobody with --offline', async () => {
    await using patient = await newPatient();
    const { code, checks } = await patient.examine({ args: ['--offline'], env: { GCLOUD_SAYS: 'was asked' } });
    assert.deepEqual([patient.vertex.calls.length, patient.server.asked.length, code], [0, 0, 0]);
    for (const check of ['cli', 'credentials', 'opus', 'sonnet', 'haiku'])
      assert.match(checks[check] ?? '', /^skipped .*--offline/);
    assert.match(checks['pins'] ?? '', /^ok /);
  });

  it('is called alone, and --offline only with it', async () => {
    await using patient = await newPatient();
    const { machine } = patient;
    const codes = [
      ['status', '--offline'],
      ['doctor', 'login'],
      ['doctor', '--server', 'https://x'],
    ].map((args) => machine.run(args));
    assert.deepEqual(
      (await Promise.all(codes)).map(({ code }) => code),
      [2, 2, 2],
    );
  });

  it('ends what hangs also where there is perl and no timeout', { skip: whyNot('perl') }, async () => {
    await using patient = await newPatient();
    const PATH = patient.machine.path('bin');
    for (const tool of toolsOfMac) if (!existsSync(`${PATH}/${tool}`)) symlinkSync(pathOf(tool), `${PATH}/${tool}`);
    const { checks } = await patient.examine({ shell: pathOf('dash'), env: { PATH, GCLOUD_HANGS: 'yes' } });
    assert.match(checks['credentials'] ?? '', /^skipped gcloud did not answer within 10 seconds/);
  });

  it('waits for gcloud ten seconds at most, once for all models, and calls silence no problem', async () => {
    await using patient = await newPatient();
    const { checks } = await patient.examine({ env: { GCLOUD_HANGS: 'yes' } });
    assert.match(checks['credentials'] ?? '', /^skipped gcloud did not answer within 10 seconds/);
    assert.match(checks['opus'] ?? '', /^skipped .* no access token/);
    assert.equal(patient.machine.read('bin/gcloud.calls'), 'called\n'); // once, not for each model
  });

  it('waits for an answer five seconds at most, and calls silence no problem', async () => {
    await using patient = await newPatient();
    patient.vertex.answer('claude-opus-4-8', null);
    const { code, checks } = await patient.examine();
    assert.match(checks['opus'] ?? '', /^skipped .* did not answer within 5 seconds/);
    assert.match(checks['haiku'] ?? '', /^ok /);
    assert.equal(code, 0);
  });
});

describe('pinward status', () => {
  for (const delivery of deliveries)
    it(`names the model of each family and where it is called, without asking anybody, by ${delivery}`, async () => {
      await using patient = await newPatient(delivery);
      const { out, code } = await patient.machine.run(['status'], { env: patient.env });
      const eu = 'https://aiplatform.eu.rep.googleapis.com/v1';
      assert.ok(out.includes(`\nopus         claude-opus-4-8 in eu for acme-claude at ${eu}\nsonnet `), out);
      assert.match(out, /^haiku {8}claude-haiku-4-5@20251001 in global for acme-claude at https:\/\/aiplatform\.g/m);
      assert.deepEqual([code, patient.server.asked.length], [0, 0]);
    });
});

const toolsOfMac =
  'awk cat cp curl cut date env find grep head id mkdir mktemp openssl perl rm sed sh sha256sum sleep sort tail tr uname wc'.split(
    ' ',
  );

function everything(root: string): readonly unknown[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => {
      const { mode, mtimeMs, ino } = statSync(`${root}/${name}`);
      const isFile = statSync(`${root}/${name}`).isFile();
      return [name, mode, mtimeMs, ino, isFile ? readFileSync(`${root}/${name}`, 'utf8') : null];
    });
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return ''; // the process has ended
  }
}

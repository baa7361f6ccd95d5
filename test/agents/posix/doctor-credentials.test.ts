/** The credentials and the address that pinward doctor tries: those that Claude Code would use. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { write } from './machine.ts';
import { accessToken, adc, newPatient, type Patient, userSettings } from './patient.ts';
import { refused, startVertexEndpoint } from './vertex-endpoint.ts';

describe('pinward doctor in the environment of Claude Code', { concurrency: 2 }, () => {
  for (const [source, env] of [
    ['the pins', { GOOGLE_APPLICATION_CREDENTIALS: '/keys/claude.json' }],
    ['the settings of the user', {}],
  ] as const)
    it(`tries the credentials that ${source} name`, async () => {
      await using patient = await newPatient('fragment', '2.1.331', env);
      if (source === 'the settings of the user')
        write(patient.machine.path(userSettings), '{"env": {"GOOGLE_APPLICATION_CREDENTIALS": "/keys/claude.json"}}');
      const missing = await patient.examine();
      assert.match(missing.checks['credentials'] ?? '', /^problem could not read .*\/keys\/claude\.json/, missing.out);
      assert.deepEqual(missing.commands, [`ls -l ${patient.machine.path('keys/claude.json')}`]);

      write(
        patient.machine.path('keys/claude.json'),
        JSON.stringify({ type: 'service_account', client_email: 'a@b.test' }),
      );
      write(patient.machine.path('bin/gcloud'), onlyWithCredentials, 0o755);
      const { out, code } = await patient.examine({ env: { GOOGLE_APPLICATION_CREDENTIALS: '/shell/other.json' } });
      assert.match(out, /^ok +credentials /m);
      assert.equal(code, 0, out);
      assert.equal(patient.vertex.calls.length, 3);
    });

  it('tries no credentials that a folder names, which may be a stranger’s', async () => {
    await using patient = await newPatient();
    const env = { GOOGLE_APPLICATION_CREDENTIALS: '/stranger/evil.json' };
    const repository = patient.machine.path('repository');
    write(join(repository, '.claude/settings.json'), JSON.stringify({ env }));
    write(patient.machine.path('stranger/evil.json'), '{"type": "external_account"}');
    const { checks } = await patient.examine({ cwd: repository, env: { GCLOUD_HANGS: 'yes' } });
    assert.match(checks['credentials'] ?? '', /^skipped the settings of this folder name \/stranger\/evil\.json/);
    assert.equal(patient.machine.files().includes('bin/gcloud.calls'), false);
  });

  it('asks a gateway that has the credentials, and sends it none', async () => {
    await using gateway = await startVertexEndpoint();
    await using patient = await newGatewayPatient(`${gateway.url}/v1`);
    const { out, code, checks } = await patient.examine();
    assert.equal(code, 0, out);
    assert.match(checks['credentials'] ?? '', /^ok .* gateway http:\/\/127\.0\.0\.1/);
    assert.deepEqual([gateway.calls.length, patient.vertex.calls.length], [3, 0]);
    for (const { headers } of gateway.calls) assert.equal(headers.authorization, undefined);

    // Claude Code may send what the doctor doesn't, such as a key of the gateway's own.
    gateway.answer('*', { status: 401, body: 'who are you?' });
    const asked = await patient.examine();
    assert.match(asked.checks['opus'] ?? '', /^skipped .* no verdict, HTTP 401: who are you\?$/);
    assert.deepEqual(asked.commands, []);

    gateway.answer('*', refused.badToken);
    const { commands } = await patient.examine();
    assert.deepEqual(commands, [`curl --head ${gateway.url}/v1`]);
  });

  it('sends a token to the gateway that the pins name, as Claude Code does', async () => {
    await using gateway = await startVertexEndpoint();
    await using patient = await newPatient('fragment', '2.1.331', { ANTHROPIC_VERTEX_BASE_URL: `${gateway.url}/v1/` });
    assert.equal((await patient.examine()).code, 0);
    assert.deepEqual(
      gateway.calls.map(({ headers }) => headers.authorization),
      Array(3).fill(`Bearer ${accessToken}`),
    );
  });

  it('sends no token to an address that only begins like one of this machine', async () => {
    await using patient = await newPatient('fragment', '2.1.331', {
      ANTHROPIC_VERTEX_BASE_URL: 'http://127.0.0.1:80@gateway.example.com/v1',
    });
    const { checks } = await patient.examine();
    assert.match(checks['opus'] ?? '', /^skipped .* neither by TLS nor within this machine/);
  });

  it('asks no address that another than the pins names, and sends it nothing', async () => {
    await using gateway = await startVertexEndpoint();
    for (const skip of ['', '1']) {
      await using patient = await newPatient();
      const env = { ANTHROPIC_VERTEX_BASE_URL: `${gateway.url}/v1`, CLAUDE_CODE_SKIP_VERTEX_AUTH: skip };
      write(patient.machine.path(userSettings), JSON.stringify({ env }));
      await patient.examine();
      assert.equal(patient.vertex.calls.length, 3);
    }
    assert.deepEqual(gateway.calls, []);
  });

  it('finds that nobody has credentials where Claude Code skips them without a gateway', async () => {
    await using patient = await newPatient('fragment', '2.1.331', { CLAUDE_CODE_SKIP_VERTEX_AUTH: '1' });
    const { checks } = await patient.examine();
    assert.match(checks['credentials'] ?? '', /^problem CLAUDE_CODE_SKIP_VERTEX_AUTH/);
    assert.match(checks['opus'] ?? '', /^skipped .* no access token/);
  });
});

describe('pinward doctor on what gcloud says', { concurrency: 2 }, () => {
  for (const [name, says, shown] of [
    ['a crash', 'gcloud crashed (AttributeError): no attribute', 'gcloud crashed (AttributeError): no attribute'],
    ['a file that it may not write', '[Errno 13] Permission denied', '[Errno 13] Permission denied'],
    ['a token', `subject_token=${accessToken} is unknown`, 'subject_token=(hidden) is unknown'],
  ] as const)
    it(`calls ${name} no refusal, and shows it without secrets`, async () => {
      await using patient = await newPatient();
      const { out, code, checks } = await patient.examine({ env: { GCLOUD_SAYS: says } });
      assert.ok(checks['credentials']?.endsWith(`${shown}: no access token, for a reason that is not known here`), out);
      assert.match(checks['credentials'] ?? '', /^skipped /);
      assert.equal(code, 0);
    });

  it('calls a gcloud that is not there, or can’t start, no refusal', async () => {
    await using patient = await newPatient();
    write(patient.machine.path('bin/gcloud'), '#!/bin/sh\necho python: not found >&2; exit 127\n', 0o755);
    const { checks } = await patient.examine();
    assert.match(checks['credentials'] ?? '', /^skipped gcloud: python: not found: no access token/);
  });

  it('calls a lost connection what it is', async () => {
    await using patient = await newPatient();
    const text = "('Connection aborted.', ConnectionResetError(104, 'Connection reset by peer'))";
    const { checks } = await patient.examine({ env: { GCLOUD_SAYS: text } });
    assert.match(checks['credentials'] ?? '', /^problem gcloud could not reach Google/);
  });

  it('gives it the variables by which Claude Code gets its credentials', async () => {
    const name = 'GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES';
    await using patient = await newPatient();
    write(patient.machine.path('bin/gcloud'), `#!/bin/sh\n[ "$${name}" = 1 ] && echo ${accessToken}\n`, 0o755);
    assert.match((await patient.examine({ env: { [name]: '1' } })).checks['credentials'] ?? '', /^ok /);
  });

  it('tells a person to log in to the file that Claude Code’s settings name', async () => {
    await using patient = await newPatient('fragment', '2.1.331', { GOOGLE_APPLICATION_CREDENTIALS: '/keys/me.json' });
    write(patient.machine.path('keys/me.json'), '{"type": "authorized_user"}');
    const { commands } = await patient.examine({ env: { GCLOUD_SAYS: 'invalid_grant' } });
    const file = '/home/.config/gcloud/application_default_credentials.json';
    assert.deepEqual(commands, [`gcloud auth application-default login && cp ${file} /keys/me.json`]);
  });
});

describe('pinward doctor on credentials that the settings name', { concurrency: 2 }, () => {
  it('tells a quota project by a variable, since gcloud sets it in its own file alone', async () => {
    await using patient = await newPatient('fragment', '2.1.331', { GOOGLE_APPLICATION_CREDENTIALS: '/keys/me.json' });
    write(patient.machine.path('keys/me.json'), '{"type": "authorized_user", "quota_project_id": "old-project"}');
    patient.vertex.answer('*', refused.apiDisabled);
    const { commands } = await patient.examine();
    assert.deepEqual(commands, ['export GOOGLE_CLOUD_QUOTA_PROJECT=acme-claude']);
  });
});

describe('pinward doctor on answers of Vertex', { concurrency: 2 }, () => {
  it('shows no secret that comes back', async () => {
    await using patient = await newPatient();
    patient.vertex.answer('*', { status: 500, body: `Authorization: Bearer ${accessToken} was not understood` });
    for (const args of [[], ['--json']]) {
      const { out } = await patient.examine({ args });
      assert.match(out, /Bearer \(hidden\) was not understood/);
      assert.ok(!out.includes(accessToken));
    }
  });

  it('does not call a long answer a network that is cut off', async () => {
    await using patient = await newPatient();
    patient.vertex.answer('*', { status: 404, body: `<html>${'x'.repeat(300_000)}` });
    const { checks } = await patient.examine();
    assert.match(checks['opus'] ?? '', /^skipped .* no verdict: the answer is cut off, or over 65536 bytes$/);
  });

  it('names a quota project that is none', async () => {
    await using patient = await newPatient();
    write(patient.machine.path(adc), '{"type": "authorized_user", "quota_project_id": "projects/Acme"}');
    const { checks, commands } = await patient.examine();
    assert.match(checks['opus'] ?? '', /^problem .* calls are charged to projects\/Acme, which is no id of a project/);
    assert.deepEqual(commands, ['gcloud auth application-default set-quota-project acme-claude']);
  });

  it('takes a quota project by its number for no other project', async () => {
    await using patient = await newPatient();
    write(patient.machine.path(adc), '{"type": "authorized_user", "quota_project_id": "123456"}');
    patient.vertex.answer('*', refused.apiDisabled);
    const { checks } = await patient.examine();
    assert.match(checks['opus'] ?? '', /^problem .* API is disabled/);
  });
});

function newGatewayPatient(url: string): Promise<Patient> {
  const env = { ANTHROPIC_VERTEX_BASE_URL: url, CLAUDE_CODE_SKIP_VERTEX_AUTH: '1' };
  return newPatient('fragment', '2.1.331', env);
}

/** A gcloud that has a token for the credentials of the settings alone. */
const onlyWithCredentials = `#!/bin/sh
case $GOOGLE_APPLICATION_CREDENTIALS in */keys/claude.json) echo '${accessToken}' ;; *) exit 1 ;; esac
`;

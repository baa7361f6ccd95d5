/** Problems that pinward doctor finds between machine and Vertex: credentials, project and each pinned model. */
import assert from 'node:assert/strict';
import { rmSync, symlinkSync } from 'node:fs';
import { describe, it } from 'node:test';
import { pathOf, write } from './machine.ts';
import { adc, curlTo, type Examination, newPatient } from './patient.ts';
import { refused, type VertexAnswer } from './vertex-endpoint.ts';

const login = 'gcloud auth application-default login';
const garden = /model-garden\/claude-[a-z]+-[0-9-]+\?project=acme-claude'$/;
const pinned = 'claude-opus-4-8';
const families = ['opus', 'sonnet', 'haiku'];
const models = [pinned, 'claude-sonnet-4-6', 'claude-haiku-4-5@20251001'];

const verdicts: readonly (readonly [string, VertexAnswer, RegExp, RegExp | null])[] = [
  ['a pinned model that is not there', refused.notFound, /^problem .* in \w+: 404, not found/, garden],
  ['terms that nobody accepted', refused.notAllowed, /^problem .* has not enabled it/, garden],
  ['a wrong location', refused.notServable, /^problem .* not served there/, /^(sudo )?pinward --root \S+ login$/],
  ['an organisation policy', refused.forbidden, /^problem .* organisation policy/, /^gcloud org-policies describe/],
  ['missing data sharing', refused.dataSharing, /^problem .* needs data sharing/, garden],
  [
    'a missing permission',
    refused.noPermission,
    /^problem .* no permission aiplatform\.endpoints\.predict/,
    /^gcloud projects add-iam-policy-binding acme-claude .*--role roles\/aiplatform\.user$/,
  ],
  [
    'a disabled API',
    refused.apiDisabled,
    /^problem .* API is disabled/,
    /^gcloud services enable aiplatform\.googleapis\.com --project acme-claude$/,
  ],
  ['missing billing', refused.noBilling, /^problem .* no billing/, /^gcloud billing projects link acme-claude/],
  ['a quota of 0', refused.noQuota, /^problem .* 429, the quota/, /quotas\?project=acme-claude'$/],
  ['a refused token', refused.badToken, /^problem .* credentials are refused/, new RegExp(`^${login}$`)],
  ['nothing in a busy moment', refused.busy, /^skipped .* busy/, null],
  ['nothing in an outage', refused.down, /^skipped .* no verdict, HTTP 503/, null],
  [
    'a location that is none',
    { status: 404, body: '<!DOCTYPE html><html>' },
    /^problem .* web page/,
    /^curl --head https/,
  ],
  [
    'nothing in a page of the network',
    { status: 403, body: '<html>Blocked</html>' },
    /^skipped .* HTTP 403: <html>Bl/,
    null,
  ],
  ['nothing in an answer that it cannot read', { status: 200, body: '{}' }, /^skipped .* no verdict, HTTP 200/, null],
  ['a model in what Claude itself refuses', refused.byClaude, /^ok /, null],
];

describe('pinward doctor asking Vertex', { concurrency: 2 }, () => {
  // Three answers in one run, one for each pin: the pins are independent.
  for (let at = 0; at < verdicts.length; at += 3) {
    const group = verdicts.slice(at, at + 3);
    let examination: Promise<Examination> | undefined;
    for (const [index, [name, , says, mends]] of group.entries()) {
      it(`finds ${name}`, async () => {
        examination ??= examineWith(group.map(([, answer]) => answer));
        const { out, code, checks, commands } = await examination;
        assert.match(checks[families[index] ?? ''] ?? '', says, out);
        assert.equal(code, group.some(([, , , some]) => some !== null) ? 1 : 0);
        assert.equal(commands.length, group.filter(([, , , some]) => some !== null).length, out);
        if (mends !== null)
          assert.ok(
            commands.some((command) => mends.test(command)),
            out,
          );
      });
    }
  }

  it('gives the same advice once', async () => {
    await using patient = await newPatient();
    patient.vertex.answer('*', refused.apiDisabled);
    const { out, commands } = await patient.examine();
    assert.equal(out.match(/^problem /gm)?.length, 3);
    assert.equal(commands.length, 1, out);
  });

  it('charges its calls as Claude Code does, and finds that this is to another project', async () => {
    await using patient = await newPatient();
    write(patient.machine.path(adc), '{"type": "authorized_user", "quota_project_id": "old-project"}\n');
    patient.vertex.answer('*', refused.apiDisabled);
    const { checks, commands } = await patient.examine();
    assert.equal(patient.vertex.calls[0]?.headers['x-goog-user-project'], 'old-project');
    assert.match(checks['opus'] ?? '', /another project, old-project/);
    assert.deepEqual(commands, ['gcloud auth application-default set-quota-project acme-claude']);
  });

  it('says when Vertex cannot be reached', async () => {
    await using patient = await newPatient();
    write(patient.machine.path('bin/curl'), curlTo('http://127.0.0.1:9'), 0o755);
    const { code, checks, commands } = await patient.examine();
    assert.match(checks['opus'] ?? '', /^problem .* could not reach aiplatform\.eu\.rep\.googleapis\.com/);
    assert.deepEqual([commands[0], code], ['curl --head https://aiplatform.eu.rep.googleapis.com/', 1]);
  });

  it('asks nothing about a pin that is no model', async () => {
    await using patient = await newPatient('shell');
    const copy = 'var/lib/pinward/pins.sh';
    write(patient.machine.path(copy), patient.machine.read(copy).replace("'claude-sonnet-4-6'", "'../../x?y'"));
    const { checks } = await patient.examine();
    assert.match(checks['sonnet'] ?? '', /^skipped \S+ in global: could not read the pin/);
    assert.deepEqual(
      patient.vertex.calls.map(({ model }) => model),
      [pinned, 'claude-haiku-4-5@20251001'],
    );
  });
});

describe('pinward doctor on credentials', { concurrency: 2 }, () => {
  const texts: readonly (readonly [string, string, RegExp, string])[] = [
    ['none', 'Your default credentials were not found.', /^problem no application default credentials/, login],
    [
      'expired ones',
      'There was a problem refreshing your current auth tokens: invalid_grant',
      /^problem gcloud: .*invalid_grant: the credentials are refused/,
      login,
    ],
    [
      'ones to confirm',
      'Reauthentication failed. cannot prompt',
      /^problem gcloud: .*cannot prompt: the credentials are refused/,
      login,
    ],
    [
      'a network without Google',
      "Max retries exceeded (Failed to resolve 'oauth2.googleapis.com')",
      /^problem gcloud could not reach Google/,
      'gcloud info --run-diagnostics',
    ],
  ];
  for (const [name, text, says, mends] of texts) {
    it(`finds ${name}`, async () => {
      await using patient = await newPatient();
      const { code, checks, commands } = await patient.examine({ env: { GCLOUD_SAYS: text } });
      assert.match(checks['credentials'] ?? '', says);
      assert.match(checks['opus'] ?? '', /^skipped .* no access token/);
      assert.deepEqual([commands, patient.vertex.calls.length, code], [[mends], 0, 1]);
    });
  }

  it('finds a file that is not there', async () => {
    await using patient = await newPatient();
    const { checks, commands } = await patient.examine({ env: { GOOGLE_APPLICATION_CREDENTIALS: '/no/key.json' } });
    assert.match(checks['credentials'] ?? '', /^problem could not read .*\/no\/key\.json/);
    assert.deepEqual(commands, ['unset GOOGLE_APPLICATION_CREDENTIALS']);
  });

  it('finds none without asking, and without gcloud', async () => {
    await using patient = await newPatient();
    const PATH = patient.machine.path('tools');
    for (const tool of ['claude', 'id']) write(`${PATH}/${tool}`, patient.machine.read(`bin/${tool}`), 0o755);
    for (const tool of tools) symlinkSync(pathOf(tool), `${PATH}/${tool}`);
    const without = await patient.examine({ shell: pathOf('dash'), env: { PATH } });
    assert.match(without.checks['credentials'] ?? '', /^skipped there is no gcloud here/);
    rmSync(patient.machine.path(adc));
    for (const options of [{ args: ['--offline'] }, { shell: pathOf('dash'), env: { PATH } }]) {
      const { code, checks, commands } = await patient.examine(options);
      assert.match(checks['credentials'] ?? '', /^problem no application default credentials/);
      assert.deepEqual([commands, code], [[login], 1]);
    }
  });
});

async function examineWith(answers: readonly VertexAnswer[]): Promise<Examination> {
  await using patient = await newPatient();
  for (const [index, answer] of answers.entries()) patient.vertex.answer(models[index] ?? '', answer);
  return await patient.examine();
}

const tools =
  'awk cat cp curl cut date env find grep head mktemp openssl rm sed sh sha256sum sort tail timeout tr uname wc'.split(
    ' ',
  );

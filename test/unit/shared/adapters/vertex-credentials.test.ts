// Whose credentials a call has, by the file that names them, as Google's library reads it.

import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { findObstacle } from '../../../../functions/cli/vertex/obstacle.ts';
import { findCredentialKind } from '../../../../shared/adapters/vertex-clients.ts';
import { ScriptedGarden } from '../../../support/fakes/scripted-garden.ts';
import { observed } from '../../../support/observations.ts';

const person = { type: 'authorized_user', client_id: 'c', client_secret: 's', refresh_token: 'r' };
const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' });
const federation = {
  type: 'external_account',
  audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci/providers/gitlab',
  subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
  token_url: 'https://sts.googleapis.com/v1/token',
  credential_source: { file: '/token' },
};
const cases = {
  person,
  key: { type: 'service_account', client_email: 'a@b.test', private_key: key },
  impersonation: {
    type: 'impersonated_service_account',
    service_account_impersonation_url:
      'https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/a@b.test:generateAccessToken',
    source_credentials: person,
  },
  federation,
  workforce: {
    type: 'external_account_authorized_user',
    audience: '//iam.googleapis.com/locations/global/workforcePools/acme/providers/okta',
    client_id: 'c',
    client_secret: 's',
    refresh_token: 'r',
    token_url: 'https://sts.googleapis.com/v1/oauthtoken',
    token_info_url: 'https://sts.googleapis.com/v1/introspect',
  },
};

describe('the kind of the application default credentials', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pinward-credentials-'));
  const named = process.env['GOOGLE_APPLICATION_CREDENTIALS'];
  before(() => {
    process.env['GOOGLE_APPLICATION_CREDENTIALS'] = join(folder, 'credentials.json');
  });
  after(() => {
    if (named === undefined) delete process.env['GOOGLE_APPLICATION_CREDENTIALS'];
    else process.env['GOOGLE_APPLICATION_CREDENTIALS'] = named;
    rmSync(folder, { recursive: true });
  });

  for (const [kind, file] of Object.entries(cases))
    test(`is ${kind} for a file of that type`, async () => {
      writeFileSync(join(folder, 'credentials.json'), JSON.stringify(file));

      assert.equal(await findCredentialKind(), kind);
    });

  test('is workforce for a file of a workload’s type with a pool of people', async () => {
    const audience = '//iam.googleapis.com/locations/global/workforcePools/acme/providers/okta';
    const file = { ...federation, audience, workforce_pool_user_project: 'acme' };
    writeFileSync(join(folder, 'credentials.json'), JSON.stringify(file));

    assert.equal(await findCredentialKind(), 'workforce');
  });

  test('decides what keeps a project’s probe from every answer, and who is told to log in', async () => {
    const garden = new ScriptedGarden(
      () => 0,
      () => observed('misconfigured', 0, { cause: 'unauthenticated' }),
    );
    writeFileSync(join(folder, 'credentials.json'), JSON.stringify(person));
    assert.match((await findObstacle(garden, 'acme')) ?? '', /Sign in first: gcloud auth application-default login/);
    for (const file of [cases.key, cases.federation]) {
      writeFileSync(join(folder, 'credentials.json'), JSON.stringify(file));
      const said = await findObstacle(garden, 'acme');
      assert.match(said ?? '', /unauthenticated/);
      assert.doesNotMatch(said ?? '', /application-default login/);
    }
  });

  test('is not asked about one location that is denied, since others may answer', async () => {
    const garden = new ScriptedGarden(
      () => 0,
      () => observed('misconfigured', 0, { cause: 'location_denied' }),
    );

    assert.equal(await findObstacle(garden, 'acme'), null);
  });

  test('is a person where the file is none, for a person can log in', async () => {
    writeFileSync(join(folder, 'credentials.json'), '{}');

    assert.equal(await findCredentialKind(), 'person');
  });
});

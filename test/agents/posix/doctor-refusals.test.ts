/** What pinward doctor says of refusals: what each one is, with advice that fits whose credentials they are. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { write } from './machine.ts';
import { adc, newPatient } from './patient.ts';
import { googleError, refused, type VertexAnswer } from './vertex-endpoint.ts';

const pool = 'projects/1/locations/global/workloadIdentityPools/ci';
const email = 'claude@acme-claude.iam.gserviceaccount.com';
const impersonation = `https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/${email}:generateAccessToken`;

/** By kind: the file of credentials, the command when Google refuses them, and the member to whom a role is granted. */
const kinds: Readonly<Record<string, readonly [object, RegExp, string]>> = {
  person: [{ type: 'authorized_user' }, /^gcloud auth application-default login$/, 'user:YOUR@ADDRESS'],
  'service account with a key': [
    { type: 'service_account', client_email: email },
    /^gcloud iam service-accounts keys list --iam-account claude@acme-claude/,
    `serviceAccount:${email}`,
  ],
  'person who impersonates a service account': [
    { type: 'impersonated_service_account', service_account_impersonation_url: impersonation },
    /^gcloud auth application-default login --impersonate-service-account claude@acme-claude/,
    `serviceAccount:${email}`,
  ],
  'federated workload': [
    { type: 'external_account', audience: `//iam.googleapis.com/${pool}/providers/gitlab` },
    /^gcloud iam workload-identity-pools providers describe projects\/1\/.*\/ci\/providers\/gitlab$/,
    `'principalSet://iam.googleapis.com/${pool}/*'`,
  ],
  'federated workload with a service account': [
    {
      type: 'external_account',
      audience: `//iam.googleapis.com/${pool}/providers/gitlab`,
      service_account_impersonation_url: impersonation,
    },
    /^gcloud iam workload-identity-pools providers describe/,
    `serviceAccount:${email}`,
  ],
  'person of a federated workforce': [
    {
      type: 'external_account_authorized_user',
      audience: '//iam.googleapis.com/locations/global/workforcePools/acme/providers/okta',
    },
    /^gcloud auth application-default login --login-config FILE$/,
    "'principalSet://iam.googleapis.com/locations/global/workforcePools/acme/*'",
  ],
};

describe('pinward doctor on refusals', { concurrency: 2 }, () => {
  const denied = (reason: string, text: string) => googleError(403, 'PERMISSION_DENIED', text, reason);
  const refusals: readonly (readonly [string, VertexAnswer, RegExp, RegExp])[] = [
    [
      'a quota project that may not be used',
      denied('USER_PROJECT_DENIED', 'Caller does not have required permission to use project acme-bills.'),
      /no permission to charge calls to project acme-bills/,
      /^gcloud projects add-iam-policy-binding acme-bills .* --role roles\/serviceusage\.serviceUsageConsumer$/,
    ],
    [
      'a service perimeter, with the id of the denial',
      denied(
        'SECURITY_POLICY_VIOLATED',
        "Request is prohibited by organization's policy. vpcServiceControlsUniqueIdentifier: q7Rw_A-9",
      ),
      /perimeter .* id q7Rw_A-9/,
      /^gcloud logging read /,
    ],
    [
      'scopes',
      denied('ACCESS_TOKEN_SCOPE_INSUFFICIENT', 'Request had insufficient authentication scopes.'),
      /scope cloud-platform/,
      /login --scopes /,
    ],
    [
      'a location that is not allowed',
      denied('LOCATION_POLICY_VIOLATED', "Permission denied on 'locations/eu' (or it may not exist)."),
      /location eu does not exist, or is not allowed/,
      /^gcloud org-policies describe gcp\.resourceLocations/,
    ],
    [
      'a missing quota project',
      denied('SERVICE_DISABLED', 'The aiplatform.googleapis.com API requires a quota project, which is not set.'),
      /no quota project/,
      /^gcloud auth application-default set-quota-project acme-claude$/,
    ],
  ];
  for (const [name, answer, says, mends] of refusals)
    it(`finds ${name}`, async () => {
      await using patient = await newPatient();
      write(patient.machine.path(adc), '{"type": "authorized_user", "quota_project_id": "acme-bills"}\n');
      patient.vertex.answer('*', answer);
      const { out, checks, commands } = await patient.examine();
      assert.match(checks['opus'] ?? '', says, out);
      assert.ok(
        commands.some((command) => mends.test(command)),
        out,
      );
      assert.doesNotMatch(out, /aiplatform\.user/);
    });

  it('shows a refusal that nobody knows in Google’s words, and gives no advice', async () => {
    await using patient = await newPatient();
    patient.vertex.answer('*', denied('MOON_PHASE_VIOLATED', 'The moon is full.'));
    const { out, code, checks, commands } = await patient.examine();
    assert.match(checks['opus'] ?? '', /^skipped .* no verdict, HTTP 403: The moon is full\.$/, out);
    assert.deepEqual([code, commands], [0, []]);
  });

  for (const [kind, [file, mends, member]] of Object.entries(kinds)) {
    it(`tells a ${kind} what to do about refused credentials, by Vertex or by gcloud`, async () => {
      await using patient = await newPatient();
      write(patient.machine.path(adc), JSON.stringify(file));
      patient.vertex.answer('*', refused.badToken);
      const byVertex = await patient.examine();
      const byGcloud = await patient.examine({ env: { GCLOUD_SAYS: 'Error code invalid_grant: no' } });
      for (const { out, commands } of [byVertex, byGcloud]) {
        assert.equal(commands.length, 1, out);
        assert.match(commands[0] ?? '', mends);
      }
    });

    it(`tells who may grant a ${kind} the role, and to whom`, async () => {
      await using patient = await newPatient();
      write(patient.machine.path(adc), JSON.stringify(file));
      patient.vertex.answer('*', refused.noPermission);
      const { commands } = await patient.examine();
      const command = 'gcloud projects add-iam-policy-binding acme-claude --member';
      assert.deepEqual(commands, [`${command} ${member} --role roles/aiplatform.user`]);
    });
  }
});

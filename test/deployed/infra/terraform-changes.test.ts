// The proof that the parity test can fail: whatever is taken from the Terraform in infra/, and each of a list of changes, makes
// a finding that was not there before.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readCode } from './code.ts';
import { findings } from './findings.ts';
import {
  at,
  type Block,
  blocksAt,
  isBlock,
  type Json,
  ofType,
  readTerraform,
  resourceAt,
  type Terraform,
  withBody,
  withoutResource,
  withValue,
} from './terraform.ts';

const terraform = await readTerraform('infra');
const code = readCode();
const known = findings(terraform, code);

describe('what is taken from Terraform is missed:', () => {
  for (const { address } of terraform.resources) test(address, () => assertFound(withoutResource(terraform, address)));

  for (const { name, address, body } of ofType(terraform, 'google_cloudfunctions2_function')) {
    const plain = at(body, 'service_config.environment_variables');
    for (const variable of Object.keys(isBlock(plain) ? plain : {})) {
      const path = `service_config.environment_variables.${variable}`;
      test(`${variable} of ${name}`, () => assertFound(without(address, path)));
    }
    blocksAt(body, 'service_config.secret_environment_variables').forEach(({ key }, index, all) => {
      const others = all.filter((_, place) => place !== index);
      const path = 'service_config.secret_environment_variables';
      test(`${key} of ${name}`, () => assertFound(changed(address, path, others)));
    });
  }

  const metrics = terraform.locals['log_metrics'];
  for (const name of Object.keys(isBlock(metrics) ? metrics : {}))
    test(`the metric ${name}`, () => assertFound(withLocal('log_metrics', (all) => withValue(all, name, undefined))));

  const alerts = terraform.locals['counted_alerts'];
  for (const name of Object.keys(isBlock(alerts) ? alerts : {}))
    test(`the alert ${name}`, () => assertFound(withLocal('counted_alerts', ({ [name]: _gone, ...others }) => others)));
});

const announce = 'google_pubsub_subscription.announce';
const probe = 'google_cloudfunctions2_function.probe';
const adminToken = `\${google_secret_manager_secret.secret["admin-token"].secret_id}`;

const changes: readonly (readonly [what: string, address: string, path: string, value: Json | undefined])[] = [
  ['an old runtime', probe, 'build_config.runtime', 'nodejs22'],
  ['the entry point of another function', probe, 'build_config.entry_point', 'api'],
  ['the identity of another function', probe, 'service_config.service_account_email', 'api@example.com'],
  ['a probe that anybody can reach', probe, 'service_config.ingress_settings', 'ALLOW_ALL'],
  ['a probe that outlives its lease', probe, 'service_config.timeout_seconds', 600],
  ['a variable that nothing reads', probe, 'service_config.environment_variables.PINWARD_TOKEN', 'x'],
  ['a secret in the open', probe, 'service_config.environment_variables.PINWARD_SLACK_URL', 'https://example.com'],
  ['a rarer schedule', 'google_cloud_scheduler_job.probe', 'schedule', '0 * * * *'],
  ['a schedule without identity', 'google_cloud_scheduler_job.advance', 'http_target.oidc_token', undefined],
  ['a schedule that gives up early', 'google_cloud_scheduler_job.probe', 'attempt_deadline', '60s'],
  ['another topic', 'google_pubsub_topic.events', 'name', 'events'],
  ['a push without order', announce, 'enable_message_ordering', false],
  ['a push that repeats too soon', announce, 'ack_deadline_seconds', 10],
  ['messages that are kept for too long', announce, 'message_retention_duration', '2678400s'],
  ['a push without identity', announce, 'push_config.oidc_token', undefined],
  ['a push that does not name the topic', announce, 'push_config.push_endpoint', 'https://example.com'],
  ['no dead letters', announce, 'dead_letter_policy', undefined],
  ['a subscription that expires', announce, 'expiration_policy', undefined],
  ['no recovery', 'google_firestore_database.pinward', 'point_in_time_recovery_enablement', undefined],
  ['no delete protection', 'google_firestore_database.pinward', 'delete_protection_state', undefined],
  ['no expiry', 'google_firestore_field.override', 'dynamic', undefined],
  ['fields with an index', 'google_firestore_field.override', 'index_config', undefined],
  ['only some fields', 'google_firestore_field.override', 'for_each', {}],
  ['another algorithm', 'google_kms_crypto_key.answers', 'version_template.algorithm', 'RSA_SIGN_PKCS1_2048_SHA256'],
  ['a key that can be destroyed', 'google_kms_crypto_key.answers', 'lifecycle', undefined],
  ['one secret fewer', 'google_secret_manager_secret.secret', 'for_each', `\${toset(["admin-token", "slack-url"])}`],
  ['a store role for every database', 'google_project_iam_member.api_store', 'condition', undefined],
  ['a wider role', 'google_project_iam_member.announce_store', 'role', 'roles/datastore.owner'],
  ['a role on Vertex AI for the api', 'google_kms_crypto_key_iam_member.api_signer', 'role', 'roles/aiplatform.user'],
  [
    'another signer',
    'google_kms_crypto_key_iam_member.api_signer',
    'member',
    `\${google_service_account.probe.member}`,
  ],
  ['another secret for announce', 'google_secret_manager_secret_iam_member.announce', 'secret_id', adminToken],
  ['a wider role of our own', 'google_project_iam_custom_role.claude_code', 'permissions', ['aiplatform.models.list']],
  ['an alert that tells nobody', 'google_monitoring_alert_policy.dead_letters', 'notification_channels', undefined],
  ['an alert whose incident stays open', 'google_monitoring_alert_policy.error_ratio', 'alert_strategy', undefined],
  ['an alert on a metric of this minute', 'google_monitoring_alert_policy.counted', 'depends_on', undefined],
  ['a health check of nothing', 'google_monitoring_uptime_check_config.health', 'http_check.path', '/health'],
  [
    'a health check for other words',
    'google_monitoring_uptime_check_config.health',
    'content_matchers.content',
    '"a": "b"',
  ],
  ['a resource that waits for no API', 'google_monitoring_uptime_check_config.health', 'depends_on', undefined],
  ['a role that does not wait in a new project', 'google_project_iam_custom_role.claude_code', 'depends_on', undefined],
  ['a project that waits for no API', 'google_project.vertex', 'depends_on', undefined],
  ['a variable that is not there', 'google_pubsub_topic.events', 'project', `\${var.projekt}`],
];

describe('what is changed in Terraform is found:', () => {
  for (const [what, address, path, value] of changes)
    test(what, () => {
      assert.ok(resourceAt(terraform, address), address);
      assertFound(changed(address, path, value));
    });

  test('a resource whose API nobody switches on', () => {
    assertFound({ ...terraform, locals: { ...terraform.locals, apis: `\${["pubsub.googleapis.com"]}` } });
  });

  test('a resource of a kind whose API nobody knows', () => {
    assertFound(withResource('google_bigquery_dataset', 'all', { depends_on: [`\${google_project_service.api}`] }));
  });

  test('a role that is not in the table', () => {
    const owner = { role: 'roles/owner', member: `\${google_service_account.api.member}`, project: `\${var.project}` };
    assertFound(withResource('google_project_iam_member', 'owner', owner));
  });

  test('a binding, which overrides what it does not know', () => {
    assertFound(withResource('google_project_iam_binding', 'any', { role: 'roles/viewer' }));
  });

  test('a function that the code does not have', () => {
    const body = resourceAt(terraform, probe)?.body ?? {};
    assertFound(withResource('google_cloudfunctions2_function', 'report', body));
  });

  test('a secret in the state', () => {
    assertFound(withResource('google_secret_manager_secret_version', 'token', { secret_data: 'x' }));
  });

  test('a metric of a message that nobody says', () => {
    assertFound(withLocal('log_metrics', (all) => withValue(all, 'poll.message', 'polled')));
  });

  test('a metric by a field that the message has not', () => {
    assertFound(withLocal('log_metrics', (all) => withValue(all, 'announced.labels', ['colour'])));
  });

  test('other indexes than those of the file', () => {
    assertFound({ ...terraform, locals: { ...terraform.locals, field_overrides: [] } });
  });
});

function assertFound(changedTerraform: Terraform): void {
  const fresh = findings(changedTerraform, code).filter((finding) => !known.includes(finding));
  assert.notDeepEqual(fresh, []);
}

function changed(address: string, path: string, value: Json | undefined): Terraform {
  return withBody(terraform, address, (body) => withValue(body, path, value));
}

function without(address: string, path: string): Terraform {
  return changed(address, path, undefined);
}

function withLocal(name: string, change: (value: Block) => Block): Terraform {
  const value = terraform.locals[name];
  return { ...terraform, locals: { ...terraform.locals, [name]: change(isBlock(value) ? value : {}) } };
}

function withResource(type: string, name: string, body: Block): Terraform {
  return { ...terraform, resources: [...terraform.resources, { address: `${type}.${name}`, type, name, body }] };
}

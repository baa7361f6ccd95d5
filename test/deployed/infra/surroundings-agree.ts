// Whether topic, push, dead letters, store and key are as the code takes them to be.

import type { Code } from './code.ts';
import { secrets } from './expected.ts';
import { at, type Block, ofType, resourceAt, type Terraform, textOf } from './terraform.ts';

export function surroundingsAgree(terraform: Terraform, code: Code): readonly string[] {
  return [
    ...topicAgrees(terraform, code),
    ...pushAgrees(terraform, code),
    ...retentionAgrees(terraform, code),
    ...storeAgrees(terraform, code),
    ...overridesAgree(code),
    ...keyAgrees(terraform),
    ...secretsAgree(terraform),
  ];
}

function topicAgrees(terraform: Terraform, { topic }: Code): readonly string[] {
  const names = ofType(terraform, 'google_pubsub_topic').map(({ body }) => at(body, 'name'));
  return [
    ...(names.includes(topic) ? [] : [`the topic ${topic} is not in Terraform`]),
    ...names
      .filter((name) => name !== topic && name !== `${topic}-dead`)
      .map((name) => `nothing in the code speaks of the topic ${name}`),
  ];
}

/** The push is made by functions/local/push.ts, too: where both say something, they say the same. */
function pushAgrees(terraform: Terraform, { push, announceLeaseMs }: Code): readonly string[] {
  const body = resourceAt(terraform, 'google_pubsub_subscription.announce')?.body;
  if (body === undefined) return ['nothing pushes events to announce'];
  const announce = resourceAt(terraform, 'google_cloudfunctions2_function.announce')?.body;
  const ack = Number(/ackDeadlineSeconds: (\d+)/.exec(push)?.[1]);
  const firstRetry = `${/minimumBackoff: \{ seconds: (\d+) \}/.exec(push)?.[1]}s`;
  const uri = 'google_cloudfunctions2_function.announce.service_config[0].uri';
  const checks: readonly (readonly [path: string, value: unknown])[] = [
    ['topic', expression('google_pubsub_topic.events.id')],
    ['enable_message_ordering', /enableMessageOrdering: true/.test(push)],
    ['ack_deadline_seconds', ack],
    ['retry_policy.minimum_backoff', firstRetry],
    // The framework reads the topic from the path.
    ['push_config.push_endpoint', `${expression(uri)}/${expression('google_pubsub_topic.events.id')}`],
    ['push_config.oidc_token.audience', expression(uri)],
    ['push_config.oidc_token.service_account_email', expression('google_service_account.push.email')],
    ['dead_letter_policy.dead_letter_topic', expression('google_pubsub_topic.dead.id')],
    ['expiration_policy.ttl', ''],
  ];
  const kept = resourceAt(terraform, 'google_pubsub_subscription.dead')?.body;
  return [
    ...differing('the push', body, checks),
    ...(ack * 1000 > announceLeaseMs ? [] : ['a message is pushed again before its claim has run out']),
    ...(Number(at(announce, 'service_config.timeout_seconds')) <= ack
      ? []
      : ['announce can still be at a message that is pushed again']),
    ...(at(kept, 'topic') === expression('google_pubsub_topic.dead.id') ? [] : ['nobody keeps dead letters']),
  ];
}

/** An event that Pub/Sub still has must not be too old; one whose announcement has expired must be. */
function retentionAgrees(terraform: Terraform, { maxEventAgeMs, announcementKeptMs }: Code): readonly string[] {
  const body = resourceAt(terraform, 'google_pubsub_subscription.announce')?.body;
  const keptMs = Number.parseInt(textOf(at(body, 'message_retention_duration')), 10) * 1000;
  return [
    ...(keptMs < maxEventAgeMs ? [] : ['announce drops events that Pub/Sub still delivers']),
    ...(maxEventAgeMs < announcementKeptMs ? [] : ['an event is announced again when its announcement has expired']),
  ];
}

function storeAgrees(terraform: Terraform, { indexes }: Code): readonly string[] {
  const database = resourceAt(terraform, 'google_firestore_database.pinward')?.body;
  const field = resourceAt(terraform, 'google_firestore_field.override')?.body;
  const composite = ofType(terraform, 'google_firestore_index').length;
  return [
    ...differing('the store', database, [
      ['type', 'FIRESTORE_NATIVE'],
      ['point_in_time_recovery_enablement', 'POINT_IN_TIME_RECOVERY_ENABLED'],
      ['delete_protection_state', 'DELETE_PROTECTION_ENABLED'],
    ]),
    ...differing('index and expiry of a field', field, [
      ['collection', expression('each.value.collectionGroup')],
      ['field', expression('each.value.fieldPath')],
      ['dynamic.ttl_config.for_each', expression('try(each.value.ttl, false) ? [true] : []')],
    ]),
    ...(textOf(at(field, 'for_each')).includes('in local.field_overrides')
      ? []
      : ['the fields of firestore.indexes.json are not those that are set']),
    ...(textOf(at(field, 'index_config')) === '[{}]' ? [] : ['fields that nothing asks for are indexed']),
    ...(textOf(terraform.locals['field_overrides']).includes('firestore.indexes.json')
      ? []
      : ['the indexes of firestore.indexes.json are not made']),
    ...(composite === indexes.length ? [] : [`${indexes.length} indexes are listed, ${composite} are made`]),
  ];
}

/** Terraform makes what the file says, so that the file must say what the code keeps. */
function overridesAgree({ kinds, expiring, overrides }: Code): readonly string[] {
  const listed = overrides.map(({ collectionGroup, fieldPath }) => `${collectionGroup}.${fieldPath}`);
  const wanted = [
    ...kinds.flatMap((kind) => ['body', 'digest', 'commit'].map((field) => `${kind}.${field}`)),
    ...expiring.map((kind) => `${kind}.expireAt`),
  ];
  const expires = ({ fieldPath, ttl }: Code['overrides'][number]) => (fieldPath === 'expireAt') === (ttl === true);
  return [
    ...wanted.filter((each) => !listed.includes(each)).map((each) => `${each} has no line in firestore.indexes.json`),
    ...listed.filter((each) => !wanted.includes(each)).map((each) => `nothing in the code keeps ${each}`),
    ...overrides.filter((each) => !expires(each)).map((each) => `${each.collectionGroup}: expiry of the wrong field`),
  ];
}

function keyAgrees(terraform: Terraform): readonly string[] {
  return differing('the key', resourceAt(terraform, 'google_kms_crypto_key.answers')?.body, [
    ['purpose', 'ASYMMETRIC_SIGN'],
    ['version_template.algorithm', 'EC_SIGN_P256_SHA256'],
    ['lifecycle.prevent_destroy', true],
  ]);
}

function secretsAgree(terraform: Terraform): readonly string[] {
  const made = textOf(at(resourceAt(terraform, 'google_secret_manager_secret.secret')?.body, 'for_each'));
  const names = [...made.matchAll(/"([a-z-]+)"/g)].map(([, name = '']) => name);
  const wanted = Object.values(secrets);
  return [
    ...wanted.filter((name) => !names.includes(name)).map((name) => `the secret ${name} is not in Terraform`),
    ...names.filter((name) => !wanted.includes(name)).map((name) => `nothing reads the secret ${name}`),
    ...ofType(terraform, 'google_secret_manager_secret_version').map(
      ({ name }) => `${name} puts a secret in the state`,
    ),
  ];
}

function differing(
  what: string,
  body: Block | undefined,
  checks: readonly (readonly [path: string, value: unknown])[],
): readonly string[] {
  return checks
    .filter(([path, value]) => at(body, path) !== value)
    .map(([path, value]) => `${what}: ${path} is not ${value}`);
}

function expression(text: string): string {
  return `\${${text}}`;
}

// What must hold of the Terraform that neither it nor the code can say alone: which variable each function needs and why, who
// holds which role and why. A change on either side must come through here.

/** Variables that no deployed function is given. */
export const notDeployed: Readonly<Record<string, string>> = {
  PINWARD_SQLITE: 'the embedded store of npm start',
  FIRESTORE_EMULATOR_HOST: "Google's emulator, for tests and npm start",
  PUBSUB_EMULATOR_HOST: "Google's emulator, for tests and npm start",
  PINWARD_KEY_FILE: 'the signing key of npm start; deployed, keys are in Cloud KMS',
  PINWARD_KEY_FILE_NEXT: 'the same, at rotation',
  PINWARD_KEY_FILE_OLD: 'the same, at rotation',
  PINWARD_WRITER_KEY_FILE: 'the key of documents of npm start; deployed, keys are in Cloud KMS',
  PINWARD_VERTEX_ENDPOINT: 'what stands for Vertex in tests',
  PINWARD_TOKEN: 'for the commands that an admin runs',
};

const everywhere = {
  GOOGLE_CLOUD_PROJECT: 'the store, the topic and the traces are there',
  PINWARD_DATABASE: 'the store',
  PINWARD_TOPIC: 'where events go',
  PINWARD_WRITERS: 'whose documents are believed',
  PINWARD_UNSIGNED: 'while a store is taken over',
};

const writing = { ...everywhere, PINWARD_WRITER_KMS_KEY: 'what signs the documents that it writes' };

/** By function: what it reads of the environment. */
export const needed: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  api: {
    ...writing,
    PINWARD_URL: 'the address that install.sh and install.ps1 give to machines',
    PINWARD_AUDIENCES: 'whose ID tokens are taken',
    PINWARD_HOSTED_DOMAINS: 'who may come in',
    PINWARD_IAP_AUDIENCE: 'what the proxy before the console signs for',
    PINWARD_OWNERS: 'who begins',
    PINWARD_ADMIN_TOKEN: 'a secret: to break the glass',
    PINWARD_MACHINE_TOKEN: 'a secret: machines without an identity',
    PINWARD_ORGANISATION: 'whom answers are signed for',
    PINWARD_KMS_KEY: 'what signs them',
    PINWARD_KMS_KEY_NEXT: 'at rotation',
    PINWARD_KMS_KEY_OLD: 'at rotation',
  },
  probe: { ...writing, PINWARD_PROJECTS: 'where to look', PINWARD_LOCATIONS: 'where to look' },
  announce: { ...everywhere, PINWARD_SLACK_URL: 'a secret: whom to tell', PINWARD_URL: 'messages name calls' },
  advance: writing,
};

/** Those that are secrets, with the name of the secret that holds them. */
export const secrets: Readonly<Record<string, string>> = {
  PINWARD_ADMIN_TOKEN: 'admin-token',
  PINWARD_MACHINE_TOKEN: 'machine-token',
  PINWARD_SLACK_URL: 'slack-url',
};

/** How often a function is called by the clock. */
export const schedules: Readonly<Record<string, string>> = { probe: '*/15 * * * *', advance: '* * * * *' };

const store = 'google_project_iam_member on var.project if local.is_our_database';
const topic = 'google_pubsub_topic_iam_member on google_pubsub_topic.events.name';
const run = (name: string) => `google_cloud_run_v2_service_iam_member on google_cloudfunctions2_function.${name}.name`;
const secret = (name: string) =>
  `google_secret_manager_secret_iam_member on google_secret_manager_secret.secret["${name}"].secret_id`;
const key = 'google_kms_crypto_key_iam_member on google_kms_crypto_key.answers.id';
const writerKey = (name: string) => `google_kms_crypto_key_iam_member on google_kms_crypto_key.writer["${name}"].id`;

/** Who holds which role on what, and why: all of it. */
export const roles: readonly (readonly [who: string, role: string, on: string, why: string])[] = [
  ['api', 'roles/datastore.user', store, 'it states policies and keeps who asked'],
  ['api', 'roles/pubsub.publisher', topic, 'it publishes what it committed'],
  ['api', 'roles/cloudkms.signer', key, 'it alone signs answers'],
  ['api', 'roles/cloudkms.publicKeyViewer', key, 'GET /v1/keys'],
  ['api', 'roles/cloudkms.signer', writerKey('api'), 'it signs its documents'],
  ['api', 'roles/cloudkms.publicKeyViewer', writerKey('api'), 'signatures name their key'],
  ['api', 'roles/secretmanager.secretAccessor', secret('admin-token'), 'it compares with it'],
  ['api', 'roles/secretmanager.secretAccessor', secret('machine-token'), 'it compares with it'],
  ['probe', 'roles/datastore.user', store, 'it reads the policy and writes what it saw'],
  ['probe', 'roles/pubsub.publisher', topic, 'it publishes its news'],
  ['probe', 'custom: probe', 'google_project_iam_member on each.value', 'it asks models in each probed project'],
  ['probe', 'roles/cloudkms.signer', writerKey('probe'), 'it signs its documents'],
  ['probe', 'roles/cloudkms.publicKeyViewer', writerKey('probe'), 'signatures name their key'],
  ['announce', 'roles/datastore.user', store, 'it claims and records what it tells'],
  ['announce', 'roles/secretmanager.secretAccessor', secret('slack-url'), 'its one secret'],
  ['advance', 'roles/datastore.user', store, 'it moves upgrades and rollouts along'],
  ['advance', 'roles/pubsub.publisher', topic, 'it sweeps the outbox'],
  ['advance', 'roles/cloudkms.signer', writerKey('advance'), 'it signs its documents'],
  ['advance', 'roles/cloudkms.publicKeyViewer', writerKey('advance'), 'signatures name their key'],
  ['scheduler', 'roles/run.invoker', run('probe'), 'it calls it'],
  ['scheduler', 'roles/run.invoker', run('advance'), 'it calls it'],
  ['push', 'roles/run.invoker', run('announce'), 'it calls it'],
  ['anyone that var.api_invokers names', 'roles/run.invoker', run('api'), 'machines bring tokens of our own'],
  ['build', 'roles/artifactregistry.writer', 'google_project_iam_member on var.project', 'it keeps containers'],
  ['build', 'roles/logging.logWriter', 'google_project_iam_member on var.project', 'it says how the build went'],
  ['build', 'roles/storage.objectViewer', 'google_project_iam_member on var.project', 'it reads the bundles'],
  [
    "Pub/Sub's own agent",
    'roles/iam.serviceAccountTokenCreator',
    'google_service_account_iam_member on google_service_account.push.name',
    'it pushes as that identity',
  ],
  [
    "Pub/Sub's own agent",
    'roles/pubsub.publisher',
    'google_pubsub_topic_iam_member on google_pubsub_topic.dead.name',
    'it puts dead letters there',
  ],
  [
    "Pub/Sub's own agent",
    'roles/pubsub.subscriber',
    'google_pubsub_subscription_iam_member on google_pubsub_subscription.announce.name',
    'it takes them from there',
  ],
  [
    'anyone that var.load_balancer.console_members names',
    'roles/iap.httpsResourceAccessor',
    'google_iap_web_backend_service_iam_member on google_compute_backend_service.api["console"].name',
    'they reach the console',
  ],
  [
    'the group of developers',
    'custom: claude_code',
    'google_project_iam_member on google_project.vertex[0].project_id',
    'they call models',
  ],
];

/** What the custom roles hold: all of it. `var.probe_permissions` takes nothing but reads, by its own validation. */
export const customRoles: Readonly<Record<string, string>> = {
  probe: 'concat(["aiplatform.endpoints.predict"], var.probe_permissions)',
  claude_code: '["aiplatform.endpoints.predict"]',
};

/** Messages of the log that need no metric. */
export const uncounted: Readonly<Record<string, string>> = {
  'history head': 'each is of an event or a revision; the sink keeps it',
  'shutdown cut off': 'the calls that hang are counted themselves',
  advanced: 'each is an event, too, and told',
  'tokens of gcloud are accepted': 'a setting, told at each start',
  'answers are signed again': 'the end of what is counted as unsigned',
};

/** What must exist although nothing refers to it. */
export const mustExist: Readonly<Record<string, string>> = {
  'google_firestore_backup_schedule.daily': 'older than the seven days of point-in-time recovery',
  'google_firebaserules_release.firestore': 'keeps clients of the web out',
  'google_logging_project_sink.history': 'the heads of the history are outside of the database',
  'google_logging_project_exclusion.poll_requests': 'half the cost of a poll',
  'google_monitoring_dashboard.pinward': 'one page to look at',
  'google_billing_budget.pinward': 'asked for',
  'google_billing_budget.vertex': 'asked for',
  'google_compute_global_forwarding_rule.api': 'the load balancer takes connections by it',
  'google_project_service.api': 'the APIs of all the rest',
  'google_monitoring_alert_policy.probe_silent': 'a probe that does not run tells nobody',
  'google_monitoring_alert_policy.dead_letters': 'somebody must read them',
  'google_monitoring_alert_policy.error_ratio': 'machines get no answers',
  'google_monitoring_alert_policy.stale_policy': 'machines get old answers',
  'google_monitoring_alert_policy.probe_not_run': 'a probe that never ran has no value that could be missing',
  'google_monitoring_alert_policy.counted': 'what the log says',
};

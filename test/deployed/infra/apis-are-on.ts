// Whether every resource waits until the API that makes it is on and known: by whatever way, for the google_project_service, and
// for the time that Google needs after it.

import { namesIn } from './references-lead.ts';
import { at, type Terraform, textOf } from './terraform.ts';

/** By the beginning of a resource's type, the longest first: the APIs that Terraform calls for it. */
const apis: readonly (readonly [type: string, apis: readonly string[]])[] = [
  ['google_billing_budget', ['billingbudgets']],
  ['google_cloud_run_v2_', ['run']],
  ['google_cloud_scheduler_', ['cloudscheduler']],
  ['google_cloudfunctions2_', ['cloudfunctions', 'cloudbuild', 'artifactregistry', 'run']],
  ['google_compute_', ['compute']],
  ['google_firebaserules_', ['firebaserules']],
  ['google_firestore_', ['firestore']],
  ['google_iam_workload_identity_', ['iam']],
  ['google_iap_', ['iap']],
  ['google_kms_', ['cloudkms']],
  ['google_logging_', ['logging']],
  ['google_monitoring_', ['monitoring']],
  ['google_project_iam_custom_role', ['iam']],
  ['google_project_iam_', ['cloudresourcemanager']],
  ['google_project', ['cloudresourcemanager', 'cloudbilling']],
  ['google_pubsub_', ['pubsub']],
  ['google_secret_manager_', ['secretmanager']],
  ['google_service_account', ['iam']],
  ['google_storage_', ['storage']],
];

/** APIs come first themselves; see step 0 of infra/README.md for the one that they need. */
const service = 'google_project_service';

export function apisAreOn(terraform: Terraform): readonly string[] {
  const listed = textOf(terraform.locals['apis']);
  return terraform.resources
    .filter(({ type }) => type !== service && type.startsWith('google_'))
    .flatMap(({ address, type, body }) => {
      const used = apis.find(([prefix]) => type.startsWith(prefix))?.[1];
      if (used === undefined) return [`nobody says which API makes ${type}`];
      const before = waitsFor(address, terraform);
      const isInNewProject = textOf(at(body, 'project')).includes('google_project.vertex');
      return [
        ...[`${service}.api`, 'time_sleep.apis', ...(isInNewProject ? ['time_sleep.vertex'] : [])]
          .filter((each) => !before.has(each))
          .map((each) => `${address} doesn't wait for ${each}`),
        ...used
          .filter((api) => !listed.includes(`"${api}.googleapis.com"`))
          .map((api) => `${address} needs the API ${api}, which is not in local.apis`),
      ];
    });
}

/** Everything that is made before a resource. */
function waitsFor(address: string, { resources, data, locals }: Terraform): ReadonlySet<string> {
  const texts = new Map([
    ...resources.map((each) => [each.address, textOf(each.body)] as const),
    ...data.map((each) => [`data.${each.address}`, textOf(each.body)] as const),
    ...Object.entries(locals).map(([name, value]) => [`local.${name}`, textOf(value)] as const),
  ]);
  const found = new Set<string>();
  const queue = [address];
  for (const each of queue) {
    if (found.has(each)) continue;
    found.add(each);
    queue.push(...namesIn(texts.get(each) ?? ''));
  }
  return found;
}

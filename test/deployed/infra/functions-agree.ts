// Whether the functions of the code and those of Terraform are the same, each with its bundle, identity and variables, and
// whether the clock and the push call those that they should.

import type { Code } from './code.ts';
import { needed, notDeployed, schedules, secrets } from './expected.ts';
import { at, blocksAt, isBlock, ofType, type Resource, resourceAt, type Terraform, textOf } from './terraform.ts';

const functionType = 'google_cloudfunctions2_function';

export function functionsAgree(terraform: Terraform, code: Code): readonly string[] {
  const deployed = ofType(terraform, functionType);
  const names = deployed.map(({ name }) => name);
  return [
    ...code.targets.filter((name) => !names.includes(name)).map((name) => `function ${name} is not in Terraform`),
    ...names.filter((name) => !code.targets.includes(name)).map((name) => `function ${name} is not in the code`),
    ...deployed.flatMap((each) => functionAgrees(terraform, each)),
    ...deployed.flatMap((each) => variablesAgree(each)),
    ...placesOfVariables(code),
    ...schedulesAgree(terraform, code),
  ];
}

function functionAgrees(terraform: Terraform, { name, body }: Resource): readonly string[] {
  const account = resourceAt(terraform, `google_service_account.${name}`);
  const expected: readonly (readonly [path: string, value: unknown])[] = [
    ['name', `pinward-${name}`],
    ['build_config.runtime', 'nodejs24'],
    ['build_config.entry_point', name],
    ['build_config.service_account', `\${google_service_account.build.id}`],
    ['build_config.source.storage_source.object', `\${google_storage_bucket_object.bundle["${name}"].name}`],
    ['service_config.service_account_email', `\${google_service_account.${name}.email}`],
    ...(name === 'api' ? [] : ([['service_config.ingress_settings', 'ALLOW_INTERNAL_ONLY']] as const)),
  ];
  const bundles = textOf(at(resourceAt(terraform, 'google_storage_bucket_object.bundle')?.body, 'for_each'));
  return [
    ...(account === undefined ? [`function ${name} has no service account of its own`] : []),
    ...(bundles.includes(`"${name}"`) ? [] : [`function ${name} has no bundle`]),
    ...expected
      .filter(([path, value]) => at(body, path) !== value)
      .map(([path, value]) => `function ${name}: ${path} is not ${value}`),
  ];
}

function variablesAgree({ name, body }: Resource): readonly string[] {
  const plain = at(body, 'service_config.environment_variables');
  const optional = blocksAt(body, 'service_config.dynamic.secret_environment_variables');
  const secret = [
    ...blocksAt(body, 'service_config.secret_environment_variables'),
    ...optional.flatMap((each) => blocksAt(each, 'content')),
  ];
  const given = [...(isBlock(plain) ? Object.keys(plain) : []), ...secret.map(({ key }) => String(key))];
  const wanted = Object.keys(needed[name] ?? {});
  return [
    ...wanted.filter((each) => !given.includes(each)).map((each) => `function ${name} is not given ${each}`),
    ...given.filter((each) => !wanted.includes(each)).map((each) => `function ${name} does not read ${each}`),
    ...given
      .filter((each) => each in secrets && isBlock(plain) && each in plain)
      .map((each) => `function ${name}: ${each} is a secret and set in the open`),
    ...secret
      .filter(({ key, secret: from }) => !textOf(from).includes(`secret["${secrets[String(key)]}"].secret_id`))
      .map(({ key }) => `function ${name}: ${key} comes from another secret`),
  ];
}

/** Every variable that the code reads has its place here, and nothing else has. */
function placesOfVariables({ variables }: Code): readonly string[] {
  const placed = [...Object.keys(notDeployed), ...Object.values(needed).flatMap((each) => Object.keys(each))];
  return [
    ...variables.filter((name) => !placed.includes(name)).map((name) => `no function is said to need ${name}`),
    ...[...new Set(placed)]
      .filter((name) => !variables.includes(name))
      .map((name) => `${name} is no variable of the code`),
  ];
}

function schedulesAgree(terraform: Terraform, { probeLeaseMs }: Code): readonly string[] {
  const jobs = ofType(terraform, 'google_cloud_scheduler_job');
  const names = Object.keys(schedules);
  const caller = `\${google_service_account.scheduler.email}`;
  return [
    ...names
      .filter((name) => !jobs.some((job) => job.name === name))
      .map((name) => `nothing calls ${name} by the clock`),
    ...jobs.filter(({ name }) => !names.includes(name)).map(({ name }) => `the clock calls ${name}`),
    ...jobs.flatMap(({ name, body }) => {
      const target = resourceAt(terraform, `${functionType}.${name}`)?.body;
      const uri = `\${${functionType}.${name}.service_config[0].uri}`;
      const timeout = Number(at(target, 'service_config.timeout_seconds'));
      const patience = Number.parseInt(textOf(at(body, 'attempt_deadline')), 10);
      const isLate = name === 'probe' && timeout * 1000 > probeLeaseMs;
      return [
        ...(at(body, 'schedule') === schedules[name] ? [] : [`${name} is called ${at(body, 'schedule')}`]),
        ...(at(body, 'http_target.uri') === uri ? [] : [`the schedule of ${name} calls something else`]),
        ...(at(body, 'http_target.oidc_token.audience') === uri ? [] : [`the schedule of ${name} has no identity`]),
        ...(at(body, 'http_target.oidc_token.service_account_email') === caller
          ? []
          : [`the schedule of ${name} calls as somebody else`]),
        ...(patience >= timeout ? [] : [`the schedule of ${name} gives up before the function`]),
        ...(isLate ? ['a run of the probe can outlive its lease'] : []),
      ];
    }),
  ];
}

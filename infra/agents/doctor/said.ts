// What the doctor of both agents says: the findings of its checks, beside those about Vertex AI. Words in braces stand for
// what the doctor knows, such as {server}. Each agent is built with these texts.

import type { CredentialKind } from '../../../shared/catalogue/vertex-advice.ts';
import type { Finding } from '../../../shared/catalogue/vertex-finding.ts';
import { findings } from '../../../shared/catalogue/vertex-findings.ts';
import { ofAgent } from './said-of-agent.ts';
import { ok, problem, type Said, skipped } from './saying.ts';

const called = 'sets {names}; Claude Code';

const client = {
  asked_by_root: skipped('Claude Code is not asked as {superuser}; run: {ordinary}'),
  asked_without_pins: skipped('there are no pins to compare with'),
  client_missing: skipped('there is no Claude Code on the PATH'),
  client_unversioned: skipped('claude --version names no version, or is slow'),
  client_old: skipped('Claude Code {cli} was never asked, {asked_from} can be; run: claude update'),
  folder_unreadable: skipped('could not read {settings_file}, so Claude Code is not asked here'),
  folder_missing: skipped('could not make a folder for temporary files'),
  client_silent: skipped('{question}: Claude Code did not answer within 10 seconds'),
  client_agrees: ok('{cli} would call the pins: {questions}'),
  led_by_settings: problem(
    '{question}: {answer}; because of: {files}',
    'This overrides the pins. Remove the setting from that file.',
    '{edit}',
  ),
  led_by_shell: problem(
    '{question}: {answer}; because of: variables of this shell: {names}',
    'This overrides the pins. {profiles}',
    '{unset}',
  ),
  led_by_no_variable: problem(
    '{question}: {answer}; because of: variables of this shell, of which none is known to name an address',
    'Look for one that concerns Claude Code.',
    'env',
  ),
  led_by_missing_pins: problem(
    '{question}: {answer}; because of: this shell has not read the pins',
    'Claude Code runs without pins here.',
    '{unset}',
  ),
  led_by_managed: problem(
    '{question}: {answer}; because of: {files}',
    'This outranks the pins or keeps Claude Code from starting. Its administrator has to change it.',
    '{edit}',
  ),
  led_by_pins: problem(
    '{question}: {answer}; because of: the pins, or this Claude Code, {cli}',
    'No source of settings beside the pins explains it. A newer Claude Code may know their models.',
    'claude update',
  ),
  led_somehow: problem(
    '{question}: {answer}; because of: a source that there was no time to find',
    'Ask again while this machine is less busy.',
    '{users_agent} doctor',
  ),
  editor_unreadable: skipped('could not read {file}'),
  editor_not_asked: skipped(`{file} ${called} was not asked what follows`),
  editor_idle: skipped(
    `{file} ${called} was not asked with them, since they name no address and may do something else`,
  ),
  editor_silent: skipped(`{file} ${called} did not answer in time`),
  editor_agrees: ok(`{file} ${called} calls the same with them`),
  editor_led: problem(
    '{file} sets {names}; {question}: {answer}',
    'This overrides the pins in the editor. Remove it from claudeCode.environmentVariables.',
    '{edit}',
  ),
};

const vertex = {
  gateway_missing: problem(
    'CLAUDE_CODE_SKIP_VERTEX_AUTH is set, and ANTHROPIC_VERTEX_BASE_URL is not',
    'Claude Code calls Google without credentials.',
    '{agent} login',
  ),
  gateway_has_credentials: ok('Claude Code sends none: they are up to the gateway {base_url}'),
  credentials_unknown: skipped('Claude Code did not say which credentials it uses'),
  credentials_foreign: skipped('the settings of this folder name {foreign}, which was not tried'),
  credentials_unreadable: problem(
    'could not read {credentials_file}',
    'GOOGLE_APPLICATION_CREDENTIALS names this file, so Claude Code tries no other credentials.',
    '{look}',
  ),
  credentials_offline: skipped('--offline: {credentials_file} was not tried'),
  gcloud_missing: skipped('there is no gcloud here to try {credentials_file} with'),
  gcloud_unreadable: skipped('no access token, for a reason that is not known here'),
  gcloud_silent: skipped('gcloud did not answer within 10 seconds'),
  gcloud_network: problem(
    'gcloud could not reach Google',
    'The network or the proxy blocks gcloud.',
    'gcloud info --run-diagnostics',
  ),
  credentials_accepted: ok('Google accepted the application default credentials'),
  model_unreadable: skipped('could not read the pin'),
  quota_project_unreadable: problem(
    'calls are charged to {quota_project}, which is no id of a project',
    'The credentials, or GOOGLE_CLOUD_QUOTA_PROJECT, name it.',
    'gcloud auth application-default set-quota-project {project}',
  ),
  model_offline: skipped('--offline: not asked'),
  address_not_trusted: skipped('not asked: {address} is neither by TLS nor within this machine'),
  token_missing: skipped('not asked: there is no access token'),
  model_silent: skipped('{host} did not answer within {timeout} seconds'),
  model_cut_off: problem(
    'could not reach {host}',
    'The network or the proxy blocks that host: {reason}',
    'curl --head {address}',
  ),
};

/** By the name of the finding. What people read of an answer that is no verdict follows it, as {said}. */
export const said: Readonly<Record<string, Said>> = {
  ...ofAgent,
  ...client,
  ...vertex,
  ...Object.fromEntries(Object.entries(findings).map(([name, finding]) => [name, ofVertex(finding)])),
  unknown: skipped('no verdict{said}'),
};

function ofVertex({ verdict, problem: text, advice }: Finding): Said {
  if (verdict === 'enabled') return ok(text);
  if (verdict === 'transient' || verdict === 'candidate') return skipped(`${text}{said}`);
  if (advice === null || 'meaning' in advice)
    return problem(text, advice?.meaning ?? '', withPlaces(advice?.fix ?? ''));
  const kinds = Object.entries(advice) as [CredentialKind, { meaning: string; fix: string }][]; // as it is declared
  return {
    verdict: 'problem',
    text,
    advice: kinds.map(([kind, { meaning, fix }]) => ({ kind, meaning, fix: withPlaces(fix) })),
  };
}

/** A login writes the default file, and Claude Code's settings may name another. */
function withPlaces(fix: string): string {
  return fix
    .replace('{console}', 'https://console.cloud.google.com')
    .replace('{gateway}', '{address}')
    .replace(/^gcloud auth application-default login.*/, '{before_login}$&{after_login}');
}

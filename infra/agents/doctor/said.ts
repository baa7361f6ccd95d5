// What the doctor of both agents says: the findings of its checks, beside those about Vertex AI. Words in braces stand for
// what the doctor knows, such as {server}. Each agent is built with these texts.

import type { CredentialKind } from '../../../shared/catalogue/vertex-advice.ts';
import { type Finding, findings } from '../../../shared/catalogue/vertex-findings.ts';

export interface Said {
  readonly verdict: 'ok' | 'skipped' | 'problem';
  readonly text: string;
  /** Of a problem, for every kind of credentials or by kind. */
  readonly advice: readonly { readonly kind: CredentialKind | '*'; readonly meaning: string; readonly fix: string }[];
}

const stale = `The last good copy is stale: the timer does not run, or the server cannot be reached.
    Last error: {last_error}`;
const notReached = 'New pins do not reach this machine. The pins that are applied stay in force.';
const unverified = 'Without openssl the agent accepts no answer, so the pins become stale.';
const called = 'sets {names}; Claude Code';

const agent = {
  config_missing: problem('{config_error}', 'The agent fetches nothing without a configuration.', '{install}'),
  config_wrong: problem('{config_error}', 'The agent fetches nothing with this configuration.', '{edit}'),
  config_read: ok('{config}: {server}'),
  pins_missing: problem(
    'nothing is applied',
    'Claude Code runs without pins. Last error: {last_error}',
    '{agent} login',
  ),
  pins_forbidden: problem(
    'this user may not read {applied_file}',
    'Claude Code runs as this user, so it has no pins, or does not start.',
    '{agent} login',
  ),
  pins_unreadable: problem(
    'revision {revision}, altered since it was fetched: could not read {applied_file}',
    'Somebody altered the file. Since 2.1.259 Claude Code does not start when it cannot read a managed file.',
    '{agent} login',
  ),
  pins_altered: problem(
    'revision {revision}, altered since it was fetched: {applied_file}',
    'The settings in force differ from the settings that the server sent.',
    '{agent} login',
  ),
  pins_applied: ok('revision {revision}, as fetched: {applied_file}'),
  age_unknown: skipped('nothing is applied'),
  age_expired: problem('valid until {valid_until}, which has passed', stale, '{agent} login'),
  age_ahead: problem(
    'the last contact with the server was at {checked_at}, which is yet to come',
    'The clock of this machine was fast then, or is slow now, so nobody knows how old the pins are.',
    '{agent} login',
  ),
  age_silent: problem('no contact with the server since {checked_at}', stale, '{agent} login'),
  age_failed: problem('the last poll failed: {last_error}', stale, '{agent} login'),
  age_fresh: ok('last contact with the server: {checked_at}'),
  openssl_missing: problem('there is no openssl on this machine', unverified, 'sudo {installer} install openssl'),
  keys_missing: problem(
    'no key of {organisation} is in {keys}',
    'Without a key the agent can verify no answer, so it accepts none.',
    '{install} --organisation {organisation} --trust-on-first-use',
  ),
  keys_younger: problem(
    'the pins were applied before the keys were pinned',
    'The signature of these pins was never verified.',
    '{agent} login',
  ),
  keys_not_listed: skipped('{server} names no keys to check them by'),
  keys_not_pinned: problem(
    'not checked: no keys pinned',
    'Anybody who can impersonate the server can set the pins of this machine.',
    '{install} --trust-on-first-use',
  ),
  signed: ok('required of {organisation}, last good one by {signer}; trusted:{trusted}'),
  server_unknown: skipped('there is no configuration'),
  server_offline: skipped('--offline: not asked'),
  token_unreadable: skipped('{server} can be reached, but this user may not read the token'),
  token_not_got: problem('could not get a token from {token_from}', notReached, '{renew_token}'),
  token_refused: problem('{server}: {reason}', `${notReached} Give the agent a new token.`, '{renew_token}'),
  server_failed: problem('{server}: {reason}', notReached, '{agent} login'),
  server_answers: ok('{server} answers'),
  cli_missing: skipped('no Claude Code was found'),
  cli_old: problem(
    '{cli}, and the pins need {minimum}',
    'This Claude Code is too old for {delivery}.',
    'claude update',
  ),
  cli_offline: skipped('{cli}; --offline: what the pins need is not known'),
  cli_not_judged: skipped('{cli}; what the pins need is not known'),
  cli_gated: problem('{cli} is older than a pin needs', '{reason}', 'claude update'),
  cli_runs: ok('{cli} runs every pin'),
};

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
  ...agent,
  ...client,
  ...vertex,
  ...Object.fromEntries(Object.entries(findings).map(([name, finding]) => [name, ofVertex(finding)])),
  unknown: skipped('no verdict{said}'),
};

function ok(text: string): Said {
  return { verdict: 'ok', text, advice: [] };
}

function skipped(text: string): Said {
  return { verdict: 'skipped', text, advice: [] };
}

function problem(text: string, meaning: string, fix: string): Said {
  return { verdict: 'problem', text, advice: [{ kind: '*', meaning, fix }] };
}

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

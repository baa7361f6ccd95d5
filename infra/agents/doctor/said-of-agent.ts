// What the doctor says of the agent itself: its configuration, the applied pins, their age and signature, and the server.

import { ok, problem, skipped } from './saying.ts';

const stale = `The last good copy is stale: the timer does not run, or the server cannot be reached.
    Last error: {last_error}`;
const notReached = 'New pins do not reach this machine. The pins that are applied stay in force.';
const unverified = 'Without openssl the agent accepts no answer, so the pins become stale.';

export const ofAgent = {
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
  server_unknown: skipped('not asked without a right configuration'),
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

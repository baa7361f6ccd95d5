// `npm run policy -- plan|apply|pull FILE`: for people and CI that keep the policy in git. A change is applied only if
// the revision that it was planned against is still current.

import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { Revision } from '../../shared/domain/serving/revision.ts';
import { readEnvironment } from '../environment.ts';
import { printable } from '../printable.ts';
import { errorText, planText } from './plan-text.ts';
import { formatOf, updatePolicyText, writePolicy } from './policy-file.ts';
import { makeChange, type Plan, type PlanOptions, planChange, readCurrentPolicy } from './policy-plan.ts';
import { type Attempt, type CommandError, call, commandError, messageOf, readTarget } from './service-client.ts';

const help = `Keep the policy in a file. Its extension says whether it is YAML or JSON; - is standard input or output.

  npm run policy -- plan FILE    show what the file would change
  npm run policy -- apply FILE   plan, ask for confirmation, and change the policy
  npm run policy -- pull FILE    write the current policy to the file

  --url URL          call this service (default: PINWARD_URL, else npm start in this folder)
  --token-file FILE  read the token from this file (default: PINWARD_TOKEN, else that of npm start)
  --note TEXT        keep this note in the revision, for example why you change the policy
  --force REASON     publish pins that aren't known to be callable, and keep the reason in the revision
  --at-once REASON   move pins in one step although the policy has a rollout schedule
  --yes              apply without confirmation, for example in CI
  --dry-run          plan only, also with apply
  --json             print one JSON document only (use npm run -s, so that npm prints nothing itself)

Exit codes:
  0  done, or nothing to change
  1  failed: nothing was changed, unless the error says otherwise
  2  plan: there are changes
  3  apply: a second person must approve
  4  somebody else changed the policy meanwhile: plan again
`;

const exits = { done: 0, failed: 1, changes: 2, waits: 3, conflict: 4 } as const;

interface Job extends PlanOptions {
  readonly command: 'plan' | 'apply' | 'pull';
  readonly yes: boolean;
  readonly dryRun: boolean;
  readonly json: boolean;
}

/** The result of a command: `text` for people, `document` for --json. */
interface Outcome {
  readonly exit: number;
  readonly text: string;
  readonly document: object;
}

async function main(): Promise<number> {
  const { values, positionals } = readArguments();
  const [command, file, ...others] = positionals;
  if (values.help) {
    process.stdout.write(help);
    return exits.done;
  }
  if ((command !== 'plan' && command !== 'apply' && command !== 'pull') || file === undefined || others.length > 0) {
    process.stderr.write(help);
    return exits.failed;
  }
  const { json, yes, note, force } = values;
  const target = readTarget(values, readEnvironment());
  const outcome = target.ok
    ? await run({
        command,
        file,
        json,
        yes,
        note,
        force,
        atOnce: values['at-once'],
        dryRun: values['dry-run'],
        target: target.value,
      })
    : target;
  if (!outcome.ok) return fail(outcome.commandError, command, file, json);
  const { exit, text, document } = outcome.value;
  process.stdout.write(json ? `${JSON.stringify({ command, ...document }, null, 2)}\n` : text);
  return exit;
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        url: { type: 'string' },
        'token-file': { type: 'string' },
        note: { type: 'string' },
        force: { type: 'string' },
        'at-once': { type: 'string' },
        yes: { type: 'boolean', default: false },
        'dry-run': { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n\n${help}`);
    process.exit(exits.failed);
  }
}

function fail(error: CommandError, command: string, file: string, json: boolean): number {
  if (json) process.stdout.write(`${JSON.stringify({ command, error }, null, 2)}\n`);
  else process.stderr.write(errorText(error, file));
  return error.code === 'revision_conflict' ? exits.conflict : exits.failed;
}

async function run(job: Job): Promise<Attempt<Outcome>> {
  if (job.command === 'pull') return pull(job);
  const planned = await planChange(job);
  if (!planned.ok) return planned;
  const plan = planned.value;
  const text = planText(plan, job.file, new Date().toISOString().slice(0, 10));
  const isPlan = job.command === 'plan' || job.dryRun;
  if (!isPlan && plan.reply.changed) return apply(job, plan, text);
  const { base, reply, touched } = plan;
  const document = { base, ...reply, touched, ...(isPlan ? {} : { applied: false }) };
  const next = isPlan && reply.changed ? `\nApply it with: npm run policy -- apply ${job.file}\n` : '';
  return end(isPlan && reply.changed ? exits.changes : exits.done, `${text}${next}`, document);
}

async function apply(job: Job, plan: Plan, text: string): Promise<Attempt<Outcome>> {
  if (!job.json) process.stdout.write(`${text}\n`);
  const confirmed = job.yes ? ({ ok: true } as const) : await confirm(job, plan);
  if (!confirmed.ok) return confirmed;
  const change = await makeChange(job, plan);
  if (!change.ok) return change;
  const { base, reply, touched } = plan;
  const { revision, changed, proposal } = change.value.body;
  const document = { base, ...reply, revision, changed, proposal, touched, applied: changed };
  if (proposal !== null) {
    const call = `POST /v1/proposals/${proposal}/approve`;
    return end(exits.waits, `Proposed, not changed: a second person must approve it with ${call}.\n`, document);
  }
  const result = changed
    ? `Applied: revision ${revision} is current.\n`
    : `Revision ${revision} already has this policy.\n`;
  return end(exits.done, result, document);
}

async function confirm({ json, file }: Job, { reply }: Plan): Promise<Attempt<null>> {
  if (json || file === '-' || !process.stdin.isTTY) {
    return commandError('not_agreed', 'Confirmation needs a terminal', 'Add --yes to apply without confirmation.');
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // After Ctrl-D, some versions of Node close the terminal and others reject the question.
  const answer = await Promise.race([
    terminal.question(`Make revision ${reply.revision}? [y/N] `).catch(() => ''),
    once(terminal, 'close').then(() => ''),
  ]);
  terminal.close();
  if (/^y(?:es)?$/i.test(answer.trim())) return { ok: true, value: null };
  return commandError('not_agreed', 'You did not confirm', 'Nothing was changed.');
}

async function pull({ file, target }: Job): Promise<Attempt<Outcome>> {
  const format = formatOf(file);
  if (!format.ok) return format;
  const base = await readCurrentPolicy(target);
  if (!base.ok) return base;
  const { number } = base.value;
  if (number === 0) return commandError('no_policy', 'There is no policy yet', 'Publish one with apply, then pull.');
  const read = await call(target, { method: 'GET', path: `v1/revisions/${number}` }, Revision);
  if (!read.ok) return read;
  const { policy, at, by, note } = read.value.body;
  const heading = printable(
    `Revision ${number} of ${target.url}, made ${at} by ${by}${note === null ? '' : `: ${note}`}`,
  );
  if (file === '-') return end(exits.done, writePolicy(policy, format.value, heading), { revision: number, policy });
  try {
    const old = existsSync(file) ? readFileSync(file, 'utf8') : null;
    const { text, how } = updatePolicyText(old, policy, format.value, heading);
    if (how !== 'same') writeFileSync(file, text);
    return end(exits.done, `${file} ${pullTexts[how]} revision ${number}.\n`, { revision: number, file, how });
  } catch (error) {
    return commandError('file_unwritable', `${file}: ${messageOf(error)}`, 'Nothing was changed.');
  }
}

const pullTexts = {
  same: 'already has the policy of',
  revised: 'was updated to',
  written: 'was written from',
} as const;

function end(exit: number, text: string, document: object): Attempt<Outcome> {
  return { ok: true, value: { exit, text, document } };
}

process.exitCode = await main();

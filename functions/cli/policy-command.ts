// `npm run policy -- plan|apply|pull FILE`: for people and CI that keep the policy in git. A change is applied only if
// the revision that it was planned against is still current.

import { parseArgs } from 'node:util';
import { readEnvironment } from '../environment.ts';
import { printable } from '../printable.ts';
import { confirm } from './confirm.ts';
import { errorText, planText } from './plan-text.ts';
import {
  type Draft,
  isForProbe,
  makeChange,
  type Plan,
  type PlanOptions,
  planChange,
  readDraft,
  tryOrProbe,
} from './policy-plan.ts';
import { pullPolicy } from './policy-pull.ts';
import { readTarget } from './read-target.ts';
import { type Attempt, type CommandError, messageOf } from './service-client.ts';

const help = `Keep the policy in a file. Its extension says whether it is YAML or JSON; - is standard input or output.

  npm run policy -- plan FILE    show what the file would change
  npm run policy -- apply FILE   plan, ask for confirmation, and change the policy
  npm run policy -- pull FILE    write the current policy to the file

  --url URL          call this service (default: PINWARD_URL, else npm start in this folder)
  --token-file FILE  read the token from this file (default: PINWARD_TOKEN, else that of npm start)
  --note TEXT        keep this note in the revision, for example why you change the policy
  --force REASON     publish pins that aren't known to be callable, and keep the reason in the revision
  --at-once REASON   move pins in one step although the policy has a rollout schedule
  --probe            with apply, if models were never probed: the next run of the probe asks about them; apply again then
  --yes              apply without confirmation, for example in CI
  --dry-run          plan only, also with apply
  --json             print one JSON document only (use npm run -s, so that npm prints nothing itself)

Exit codes:
  0  done, or nothing to change
  1  failed, or wrong options: nothing was changed, unless the error says otherwise
  2  plan: there are changes
  3  apply: a second person must approve
  4  somebody else changed the policy meanwhile: plan again
`;

const exits = { done: 0, failed: 1, changes: 2, waits: 3, conflict: 4 } as const;

interface Job extends PlanOptions {
  readonly command: 'plan' | 'apply' | 'pull';
  readonly yes: boolean;
  readonly probe: boolean;
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
    process.stderr.write(`${mistakeIn(positionals)}\n\n${help}`);
    return exits.failed;
  }
  const { json, yes, note, force, probe } = values;
  if (probe && (command !== 'apply' || values['dry-run'])) {
    process.stderr.write(`--probe is for apply without --dry-run: a plan changes nothing\n\n${help}`);
    return exits.failed;
  }
  const target = readTarget(values, readEnvironment());
  const outcome = target.ok
    ? await run({
        command,
        file,
        json,
        yes,
        note,
        force,
        probe,
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

/** What is wrong with the words: there must be a command and its file. */
function mistakeIn([command, file, ...others]: readonly string[]): string {
  if (command === undefined) return 'Name a command: plan, apply or pull';
  if (command !== 'plan' && command !== 'apply' && command !== 'pull')
    return `There is no command ${printable(command)}: use plan, apply or pull`;
  return file === undefined
    ? `Name the file to ${command}`
    : `One file at a time, not ${printable(others.join(' '))} too`;
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
        probe: { type: 'boolean', default: false },
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
  if (job.command === 'pull') {
    const pulled = await pullPolicy(job);
    return pulled.ok ? end(exits.done, pulled.value.text, pulled.value.document) : pulled;
  }
  const draft = await readDraft(job);
  if (!draft.ok) return draft;
  const planned = await planChange(job, draft.value);
  if (!planned.ok)
    return job.probe && isForProbe(planned.commandError) ? applyOrProbe(job, draft.value, planned) : planned;
  const plan = planned.value;
  const text = planText(plan, job.file, new Date().toISOString().slice(0, 10));
  const isPlan = job.command === 'plan' || job.dryRun;
  if (!isPlan && plan.reply.changed) return apply(job, draft.value, plan, text);
  const { base, reply, touched } = plan;
  const document = { base, ...reply, touched, ...(isPlan ? {} : { applied: false }) };
  const next = isPlan && reply.changed ? `\nApply it with: npm run policy -- apply ${job.file}\n` : '';
  return end(isPlan && reply.changed ? exits.changes : exits.done, `${text}${next}`, document);
}

async function apply(job: Job, draft: Draft, plan: Plan, text: string): Promise<Attempt<Outcome>> {
  if (!job.json) process.stdout.write(`${text}\n`);
  const confirmed = await confirm(job, `Make revision ${plan.reply.revision}?`);
  if (!confirmed.ok) return confirmed;
  const change = await makeChange(job, draft);
  return change.ok ? applied(plan, change.value.body) : change;
}

/** The plan was refused. If a run of the probe comes between, the change is made. */
async function applyOrProbe(
  job: Job,
  draft: Draft,
  refused: { commandError: CommandError },
): Promise<Attempt<Outcome>> {
  if (!job.json && !job.yes) process.stderr.write(errorText(refused.commandError, job.file));
  const confirmed = await confirm(job, 'Apply it if it can be by now, else request a probe?');
  if (!confirmed.ok) return confirmed;
  const change = await tryOrProbe(job, draft);
  if (!change.ok) return change;
  const { body: reply } = change.value;
  return applied({ base: draft.base.number, reply, touched: [] }, reply);
}

function applied({ base, reply, touched }: Plan, made: Plan['reply']): Attempt<Outcome> {
  const { revision, changed, proposal } = made;
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

function end(exit: number, text: string, document: object): Attempt<Outcome> {
  return { ok: true, value: { exit, text, document } };
}

process.exitCode = await main();

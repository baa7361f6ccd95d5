// `npm run policy -- plan|apply|pull FILE`: a policy kept in git, by people and by CI. What is applied is what was planned:
// a change goes only onto the revision that its plan was made against.

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

const help = `The policy as a file, YAML or JSON by its extension; - is standard input or output.

  npm run policy -- plan FILE    show what the file would change
  npm run policy -- apply FILE   plan, ask, and change it
  npm run policy -- pull FILE    write what stands into the file

  --url URL          the service (default PINWARD_URL); its token comes from PINWARD_TOKEN, or
  --token-file FILE  from a file
  --note TEXT        why; kept in the revision
  --force REASON     state pins that are not proven callable; recorded
  --yes              apply without asking, as where nobody can be asked
  --dry-run          make apply a plan
  --json             one JSON document on standard output and nothing else (npm run -s keeps npm itself quiet)

Exit: 0 done, or nothing to change; 1 not done; 2 plan: there are changes; 3 apply: a second person must approve;
      4 somebody else changed the policy meanwhile: plan again.
`;

const exits = { done: 0, failed: 1, changes: 2, waits: 3, conflict: 4 } as const;

interface Job extends PlanOptions {
  readonly command: 'plan' | 'apply' | 'pull';
  readonly yes: boolean;
  readonly dryRun: boolean;
  readonly json: boolean;
}

/** How a command ended: for people in words, for programs as a document. */
interface Ended {
  readonly exit: number;
  readonly words: string;
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
  const ended = target.ok
    ? await run({ command, file, json, yes, note, force, dryRun: values['dry-run'], target: target.value })
    : target;
  if (!ended.ok) return fail(ended.commandError, command, file, json);
  const { exit, words, document } = ended.value;
  process.stdout.write(json ? `${JSON.stringify({ command, ...document }, null, 2)}\n` : words);
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

function fail(problem: CommandError, command: string, file: string, json: boolean): number {
  if (json) process.stdout.write(`${JSON.stringify({ command, error: problem }, null, 2)}\n`);
  else process.stderr.write(errorText(problem, file));
  return problem.code === 'revision_conflict' ? exits.conflict : exits.failed;
}

async function run(job: Job): Promise<Attempt<Ended>> {
  if (job.command === 'pull') return pull(job);
  const planned = await planChange(job);
  if (!planned.ok) return planned;
  const plan = planned.value;
  const words = planText(plan, job.file, new Date().toISOString().slice(0, 10));
  const isPlan = job.command === 'plan' || job.dryRun;
  if (!isPlan && plan.reply.changed) return apply(job, plan, words);
  const { base, reply, touched } = plan;
  const document = { base, ...reply, touched, ...(isPlan ? {} : { applied: false }) };
  const next = isPlan && reply.changed ? `\nApply it with: npm run policy -- apply ${job.file}\n` : '';
  return end(isPlan && reply.changed ? exits.changes : exits.done, `${words}${next}`, document);
}

async function apply(job: Job, plan: Plan, words: string): Promise<Attempt<Ended>> {
  if (!job.json) process.stdout.write(`${words}\n`);
  const agreed = job.yes ? ({ ok: true } as const) : await ask(job, plan);
  if (!agreed.ok) return agreed;
  const made = await makeChange(job, plan);
  if (!made.ok) return made;
  const { base, reply, touched } = plan;
  const { revision, changed, proposal } = made.value.body;
  const document = { base, ...reply, revision, changed, proposal, touched, applied: changed };
  if (proposal !== null) {
    const call = `POST /v1/proposals/${proposal}/approve`;
    return end(exits.waits, `Proposed, not changed: a second person must approve it, by ${call}.\n`, document);
  }
  const told = changed ? `Applied: revision ${revision} stands.\n` : `Revision ${revision} says so already.\n`;
  return end(exits.done, told, document);
}

async function ask({ json, file }: Job, { reply }: Plan): Promise<Attempt<null>> {
  if (json || file === '-' || !process.stdin.isTTY) {
    return commandError('not_agreed', 'Nobody can be asked here', 'Add --yes to apply what plan shows.');
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // Ctrl-D closes a terminal in one version of Node and rejects in another.
  const answer = await Promise.race([
    terminal.question(`Make revision ${reply.revision}? [y/N] `).catch(() => ''),
    once(terminal, 'close').then(() => ''),
  ]);
  terminal.close();
  if (/^y(?:es)?$/i.test(answer.trim())) return { ok: true, value: null };
  return commandError('not_agreed', 'You did not agree', 'Nothing was changed.');
}

async function pull({ file, target }: Job): Promise<Attempt<Ended>> {
  const format = formatOf(file);
  if (!format.ok) return format;
  const base = await readCurrentPolicy(target);
  if (!base.ok) return base;
  const { number } = base.value;
  if (number === 0) return commandError('no_policy', 'No policy has been stated yet', 'There is nothing to pull.');
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
    return end(exits.done, `${file} ${hows[how]} revision ${number} says.\n`, { revision: number, file, how });
  } catch (error) {
    return commandError('file_unwritable', `${file}: ${messageOf(error)}`, 'Nothing was changed.');
  }
}

const hows = {
  same: 'says already what',
  revised: 'says now what',
  written: 'was written anew and says what',
} as const;

function end(exit: number, words: string, document: object): Attempt<Ended> {
  return { ok: true, value: { exit, words, document } };
}

process.exitCode = await main();

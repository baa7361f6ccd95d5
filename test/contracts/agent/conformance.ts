// `npm run conformance` checks which rules of the contract an agent keeps. It observes the managed file, exit codes, output
// and requests to a faulty server, so it works for an agent in any language.

import { availableParallelism } from 'node:os';
import { readCommandLine, readWholeNumber, refuseCommandLine } from '../../../functions/cli/command-line.ts';
import { printable } from '../../../functions/printable.ts';
import { type Adapter, unknownPlaceholders, usual, usualFile } from './adapter.ts';
import { isBroken, type Judged, judge, judgedToJson, rules } from './judge.ts';

const help = `Which rules of Pinward's contract an agent for machines keeps.

  npm run conformance -- --agent 'sh infra/agents/posix/pinward.sh'

  --agent COMMAND   the program, with its first words; it stands for {agent} below
  --rule ID         only this rule; may be given again
  --rules           list the rules and why they are
  --json            for programs (npm run -s, or npm adds lines of its own)
  --jobs N          rules at a time (default ${defaultJobs()})
  --brief           fewer cases of each rule

How the agent is called, where it is not as pinward.sh is. Words end at blanks; nothing is quoted; a wrapper script does the
rest. '' says that the agent has no such thing, and the rules about it are not applicable.

  --install LINE    ${usual.install}
                    {trust} stands for --trust where keys are pinned, else for nothing. It may log in, too
  --trust LINE      ${usual.trust}
  --login LINE      ${usual.login}
                    asks the server now
  --refresh LINE    ${usual.refresh}
                    asks when it is time to
  --helper LINE     ${usual.helper}
                    answers Claude Code's policyHelper
  --env LINE        ${usual.env}
                    prints the pins as shell exports
  --clock LINE      goes before refresh and shows it a clock that is {seconds} ahead, such as
                    'faketime -f +{seconds}s'. By default a \`date\` and a \`pwsh\` in front of PATH, for agents that are scripts
  --file PATH       the file that it manages: ${usual.file},
                    or ${usualFile('.ps1')} of a .ps1

  {root}            a fresh folder, which stands for / of the machine; {state} another, for what the agent may want to keep
  {server}          http://127.0.0.1:PORT, the faulty server
  {machine}         the name of the machine
  {token}           a file with the token in it
  {key}             a file with the public key in PEM; {organisation} the organisation that it signs for
  {path}            PATH

The agent's environment is PATH, HOME (below {root}) and CLAUDE_CODE_VERSION. It manages the settings.json format.

Exit: 0 no rule is broken, 1 one is, 2 the call is wrong.
`;

async function main(): Promise<number> {
  const { values } = readCommandLine(help, {
    options: {
      agent: { type: 'string' },
      rule: { type: 'string', multiple: true },
      rules: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      jobs: { type: 'string', default: String(defaultJobs()) },
      brief: { type: 'boolean', default: false },
      install: { type: 'string', default: usual.install },
      trust: { type: 'string', default: usual.trust },
      login: { type: 'string', default: usual.login },
      refresh: { type: 'string', default: usual.refresh },
      helper: { type: 'string', default: usual.helper },
      env: { type: 'string', default: usual.env },
      clock: { type: 'string', default: usual.clock },
      file: { type: 'string' },
    },
  });
  if (values.rules) return say(rules.map(({ id, says, because }) => `${id}\n  ${says}\n  ${because}\n`).join(''));
  const { agent, rule: ids = rules.map(({ id }) => id), json, brief } = values;
  if (agent === undefined) {
    return refuseCommandLine(help, "--agent says what to judge, such as 'sh infra/agents/posix/pinward.sh'");
  }
  const { install, trust, login, refresh, helper, env, clock, file = usualFile(agent) } = values;
  const adapter: Adapter = { agent, install, trust, login, refresh, helper, env, clock, file };
  const [stray] = [...unknownPlaceholders(adapter), ...ids.filter((id) => !rules.some((rule) => rule.id === id))];
  if (stray !== undefined) {
    return refuseCommandLine(help, `there is no rule or placeholder ${printable(stray)}; see --rules`);
  }
  const jobs = readWholeNumber(help, 'jobs', values.jobs, 1);
  const chosen = rules.filter(({ id }) => ids.includes(id));
  const judged = await judge({ adapter, brief }, chosen, { jobs });
  say(json ? judgedToJson(adapter, judged) : judgedToText(judged));
  return judged.some(isBroken) ? 1 : 0;
}

/** More than the processors, since rules mostly wait for slow servers and timeouts. */
function defaultJobs(): number {
  return availableParallelism() + 2;
}

function judgedToText(judged: readonly Judged[]): string {
  const lines = judged.map(({ rule: { id, says, because }, verdict }) => {
    const line = `${verdict.kind.padEnd(14)}  ${id.padEnd(24)}  ${says}\n`;
    if (verdict.kind === 'kept') return line;
    const why = verdict.kind === 'broken' ? `${' '.repeat(42)}why the rule: ${because}\n` : '';
    return `${line}${' '.repeat(42)}${printable(verdict.evidence)}\n${why}`;
  });
  const count = (kind: string) => judged.filter(({ verdict }) => verdict.kind === kind).length;
  return `${lines.join('')}\n${count('kept')} kept, ${count('broken')} broken, ${count('not applicable')} not applicable\n`;
}

function say(text: string): 0 {
  process.stdout.write(text);
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}

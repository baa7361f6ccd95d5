/**
 * Checks an agent against rules, several at a time, and returns a verdict for each. A rule about seconds is broken only if it
 * is so while no other is checked.
 */
import type { Adapter } from './adapter.ts';
import { type Bench, broken, type Rule, type Verdict } from './rule.ts';
import { askingRules } from './rules-on-asking.ts';
import { faultRules } from './rules-on-faults.ts';
import { fileRules } from './rules-on-the-file.ts';
import { timeRules } from './rules-on-time.ts';
import { trustRules } from './rules-on-trust.ts';

/** All rules, in the order of the output. */
export const rules: readonly Rule[] = [...fileRules, ...faultRules, ...askingRules, ...timeRules, ...trustRules];

export interface Judged {
  readonly rule: Rule;
  readonly verdict: Verdict;
}

/** The slowest rules. They start first, since they mostly wait. */
const patient = new Set(['ends-in-time', 'helper-one-object', 'checks-signatures', 'checks-new-keys']);

/** The rules about seconds. An agent may break them only because the others take the processors. */
const timed = new Set(['ends-in-time', 'helper-one-object']);

export async function judge(
  bench: Bench,
  chosen: readonly Rule[],
  { jobs }: { readonly jobs: number },
): Promise<readonly Judged[]> {
  const waiting = chosen.toSorted((one, other) => Number(patient.has(other.id)) - Number(patient.has(one.id)));
  const verdicts = new Map<string, Verdict>();
  const work = async () => {
    for (let rule = waiting.shift(); rule !== undefined; rule = waiting.shift()) {
      verdicts.set(rule.id, await verdictOf(bench, rule));
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  for (const rule of jobs === 1 ? [] : chosen.filter(({ id }) => timed.has(id))) {
    if (verdicts.get(rule.id)?.kind === 'broken') verdicts.set(rule.id, await verdictOf(bench, rule));
  }
  return chosen.map((rule) => ({ rule, verdict: verdicts.get(rule.id) ?? broken('it was not judged') }));
}

async function verdictOf(bench: Bench, rule: Rule): Promise<Verdict> {
  const without = rule.needs.filter((need) => bench.adapter[need] === '');
  if (without.length > 0) return { kind: 'not applicable', evidence: `the agent has no ${without.join(' and no ')}` };
  try {
    return await rule.check(bench);
  } catch (error) {
    // An agent that can't be started breaks this rule. The other rules still get their verdicts.
    return broken(error instanceof Error ? error.message : String(error));
  }
}

/** The verdicts for programs. Rule ids are stable. */
export function judgedToJson(adapter: Adapter, judged: readonly Judged[]): string {
  const found = judged.map(({ rule: { id, says, because }, verdict }) => ({
    rule: id,
    verdict: verdict.kind,
    ...(verdict.kind === 'kept' ? {} : { evidence: verdict.evidence }),
    says,
    because,
  }));
  return `${JSON.stringify({ agent: adapter.agent, kept: !judged.some(isBroken), rules: found }, null, 2)}\n`;
}

export function isBroken({ verdict }: Judged): boolean {
  return verdict.kind === 'broken';
}

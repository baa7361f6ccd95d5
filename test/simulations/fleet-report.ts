// What people read of a simulation: a line for each revision, and how it all went.

import type { Revision } from '../../shared/domain/serving/revision.ts';
import { percentOf, rules } from './fleet-rules.ts';
import type { World } from './fleet-world.ts';

export interface Simulated {
  readonly summary: ReturnType<typeof summaryOf>;
  readonly chart: readonly string[];
  /** The first breaches of each rule. */
  readonly words: readonly string[];
}

export function summaryOf(world: World) {
  const { options, agents, service, heldBack, rules: judged } = world;
  const purposes = ['policyCache', 'adoption', 'probe', 'advance', 'people'] as const;
  const calls = (of: 'reads' | 'writes') =>
    Object.fromEntries(purposes.map((purpose) => [purpose, service.store.total(purpose)[of]]));
  const rollbacks = world.rollbacks.map(
    ({ what, isMoving, affected, after: { half, percent99, permille999 }, within60 }) => {
      const took = { secondsTo50: half, secondsTo99: percent99, secondsTo999: permille999 };
      return { what, isMoving, affected, ...took, shareWithin60s: Number(within60.toFixed(4)) };
    },
  );
  return {
    machines: options.machines,
    seed: options.seed,
    timerSeconds: options.timer,
    virtualHours: options.hours,
    onlineAtMost: world.onlineAtMost,
    ...agents.aggregator,
    witnessed: agents.witness.asked,
    revisions: service.revisions.length,
    storeReads: calls('reads'),
    storeWrites: calls('writes'),
    heldBackAtMost: Object.fromEntries(heldBack),
    adoptionErrorAtMost: Number(world.worstCount.toFixed(2)),
    rollbacks,
    broken: Object.fromEntries(judged.breaches),
  };
}

export function lineOf({ number, at, note, restores, rollouts }: Revision): string {
  const shares = rollouts.map((rollout) => `${rollout.ring} ${rollout.family} ${percentOf(rollout)} %`).join(', ');
  const what = restores === null ? (note ?? 'stated') : `revision ${restores} restored`;
  const time = new Date(at).toUTCString();
  return `${time.slice(0, 3)} ${time.slice(17, 22)}  revision ${number}: ${what}${shares && `; now ${shares}`}`;
}

export function linesOf({ summary, chart: lines, words }: Simulated): readonly string[] {
  const { polls, failed, refused, witnessed, rollbacks, storeReads, storeWrites, heldBackAtMost, broken } = summary;
  const list = (counts: object) =>
    Object.entries(counts)
      .map(([what, count]) => `${what} ${count}`)
      .join(', ');
  const pace = (isMoving: boolean) => (isMoving ? 'machines come each 24 to 30 s' : 'machines come each 12 to 15 min');
  return [
    '',
    'Machines online with other pins than on Sunday, of ring canary (c), early (e) and everyone (a), on Monday (UTC).',
    's: a rollout starts; +: its next stage; *: it is completed; A: it is aborted; R: revision 1 is restored.',
    ...lines,
    '',
    `${polls} polls: ${failed} failed, ${refused} of these as older than what the machine had.`,
    `${witnessed} of them were asked of the real poll, too.`,
    `Store reads: ${list(storeReads)}. Writes: ${list(storeWrites)}.`,
    `Held back by an old Claude Code: ${list(heldBackAtMost)}.`,
    `The worst error of counted adoption was ${summary.adoptionErrorAtMost} standard errors.`,
    ...rollbacks.map(
      ({ what, isMoving, affected, secondsTo50, secondsTo99, secondsTo999, shareWithin60s }) =>
        `Back after ${what} (${pace(isMoving)}): ${affected} machines online; 50 % after ${secondsTo50 ?? '?'} s, ` +
        `99 % after ${secondsTo99 ?? '?'} s, 99.9 % after ${secondsTo999 ?? '?'} s; ${(shareWithin60s * 100).toFixed(2)} % within 60 s.`,
    ),
    ...Object.entries(rules).map(
      ([rule, text]) => `${rule in broken ? `BROKEN ${broken[rule]} times` : 'held'}: ${text}`,
    ),
    ...words,
    JSON.stringify(summary),
  ];
}

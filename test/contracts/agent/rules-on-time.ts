/** Rules about when a refresh polls: the server sets the interval, up to a day. */

import { type Behaviour, refusing } from '../../agents/posix/server.ts';
import type { Adapter } from './adapter.ts';
import { lying, type World } from './faulty-server.ts';
import { broken, kept, type Rule, type Verdict } from './rule.ts';
import { startTrial } from './trial.ts';

const hour = 3600;
const day = 24 * hour;
const because = 'A server that is rolling out wants machines soon, one that is down wants them later.';

/** An agent whose clock ignores --clock seems to never poll again. */
export const ifClockStands = 'if it is --clock that does not move its clock, give another, or none';

export const timeRules: readonly Rule[] = [
  {
    id: 'polls-when-told',
    says: 'A refresh asks nothing before Pinward-Poll-After is over, and asks when it is.',
    because,
    needs: ['refresh', 'clock'],
    check: async ({ adapter }) =>
      await stays(adapter, pollAfter(2 * hour), [
        [hour, false],
        [2 * hour + 60, true],
      ]),
  },
  {
    id: 'retries-when-told',
    says: 'After a failure a refresh asks nothing before Retry-After is over, and asks when it is.',
    because,
    needs: ['refresh', 'clock'],
    check: async ({ adapter }) =>
      await stays(adapter, retryAfter(2 * hour), [
        [hour, false],
        [2 * hour + 60, true],
      ]),
  },
  {
    id: 'silent-for-a-day-at-most',
    says: 'Neither header silences it for longer than a day.',
    because: 'A wrong or false answer must not keep a fleet from its pins for ever.',
    needs: ['refresh', 'clock'],
    check: async ({ adapter }) => {
      for (const behaviour of [pollAfter(90 * day), retryAfter(90 * day)]) {
        const verdict = await stays(adapter, behaviour, [[day + 60, true]]);
        if (verdict.kind === 'broken') return verdict;
      }
      return kept;
    },
  },
];

/** Checks whether a refresh polls so many seconds after an answer. */
async function stays(
  adapter: Adapter,
  answer: (world: World) => Behaviour,
  expected: readonly (readonly [seconds: number, asks: boolean])[],
): Promise<Verdict> {
  await using trial = await startTrial(adapter);
  trial.world.behave(answer(trial.world));
  await trial.run('login');
  for (const [seconds, asks] of expected) {
    const before = trial.world.server.asked.length;
    await trial.runLater('refresh', seconds);
    const asked = trial.world.server.asked.length > before;
    if (asked && !asks) return broken(`${seconds} seconds later a refresh asks already`);
    if (!asked && asks) return broken(`${seconds} seconds later a refresh asks nothing (${ifClockStands})`);
  }
  return kept;
}

function pollAfter(seconds: number): (world: World) => Behaviour {
  return (world) => lying(world, () => ({ headers: { 'Pinward-Poll-After': `${seconds}` } }));
}

function retryAfter(seconds: number): () => Behaviour {
  return () => refusing(503, {}, { 'Retry-After': `${seconds}` });
}

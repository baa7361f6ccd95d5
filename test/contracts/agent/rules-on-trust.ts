/** Rules about signed answers, for agents with pinned keys. Each attack of attacks-on-*.ts belongs to one of them. */
import type { ServerResponse } from 'node:http';
import type { Behaviour } from '../../agents/posix/server.ts';
import { forged, mixed, old, unchanged } from './attacks-on-answers.ts';
import { unknownKeys } from './attacks-on-keys.ts';
import { dayMs, honest, instant } from './faulty-server.ts';
import {
  type Bench,
  broken,
  type Case,
  goesOn,
  kept,
  type Rule,
  startsWithPins,
  type Verdict,
  whatCaseDid,
} from './rule.ts';
import { ifClockStands } from './rules-on-time.ts';
import { startBare, startTrial, type Trial } from './trial.ts';

export interface TrustRule extends Rule {
  readonly attacks: readonly Case[];
}

const because = 'Neither a cache nor a proxy may forge, mix, swap or set back what a machine writes.';
const dated = [...old, ...unchanged];

export const trustRules: readonly TrustRule[] = [
  resisting('checks-signatures', 'Takes only what is signed with a pinned key.', forged),
  resisting('checks-what-is-signed', 'Takes only what is signed as the answer to its question, as it came.', mixed),
  {
    ...resisting('refuses-expired', 'Takes nothing that has expired by its clock.', of(dated, /expired/)),
    check: async (bench) => {
      const verdict = await resists(bench, of(dated, /expired/));
      return verdict.kind === 'kept' ? await refusesToBegin(bench) : verdict;
    },
  },
  resisting(
    'refuses-replays',
    'Takes nothing signed that is older than what it has seen.',
    of(dated, /replay|older rev/),
  ),
  resisting(
    'checks-304',
    'Believes "nothing new" only when that is signed for what it holds.',
    of(unchanged, /^(?!.*(expired|replay|older))/),
  ),
  resisting('checks-new-keys', 'Takes a new key only with a voucher by one that it trusts.', unknownKeys),
];

function resisting(id: string, says: string, attacks: readonly Case[]): TrustRule {
  return { id, says, because, needs: ['trust'], attacks, check: (bench) => resists(bench, attacks) };
}

async function resists(bench: Bench, attacks: readonly Case[]): Promise<Verdict> {
  await using trial = await startTrial(bench.adapter, { trust: true });
  const before = await startsWithPins(bench, trial);
  for (const attack of bench.brief ? attacks.slice(0, 3) : attacks) {
    const is304 = unchanged.includes(attack);
    const wrong =
      (await whatCaseDid(bench, trial, before, is304 ? silencing(attack) : attack)) ??
      (is304 ? await whatWasBelieved(bench, trial, attack) : undefined);
    if (wrong !== undefined) return broken(wrong);
  }
  return (await goesOn(bench, trial)) ?? kept;
}

/** A machine with newer pins refuses expired pins as a replay. Only a machine without pins shows that it checks expiry. */
async function refusesToBegin({ adapter }: Bench): Promise<Verdict> {
  await using trial = await startBare(adapter, { trust: true });
  const { world } = trial;
  world.behave(honest(world, { ...world.next, validUntil: instant(world.now - dayMs) }));
  await trial.install();
  await trial.run('login');
  return trial.file() === undefined ? kept : broken('a machine without pins takes an answer that expired a day ago');
}

/** A 304 changes no file. An agent that believed the 304 polls no sooner than the 304 says. */
async function whatWasBelieved({ adapter }: Bench, { world, runLater }: Trial, { title }: Case) {
  if (adapter.clock === '' || adapter.refresh === '') return undefined;
  const before = world.server.asked.length;
  await runLater('refresh', 7200);
  if (world.server.asked.length > before) return undefined;
  return `when ${title}: it is believed for as long as it says (${ifClockStands})`;
}

/** The attack with a poll interval of almost a day. */
function silencing(attack: Case): Case {
  return { ...attack, pins: (world) => withPollAfter(attack.pins(world), '80000') };
}

function withPollAfter(behaviour: Behaviour, seconds: string): Behaviour {
  return (request, response) => {
    // The attacks call writeHead in this form only.
    const writeHead = response.writeHead.bind(response) as (status: number, headers: object) => ServerResponse;
    const silent = (status: number, headers: object) =>
      writeHead(status, { ...headers, 'Pinward-Poll-After': seconds });
    response.writeHead = silent as typeof response.writeHead; // for the same reason
    behaviour(request, response);
  };
}

function of(attacks: readonly Case[], title: RegExp): readonly Case[] {
  return attacks.filter((attack) => title.test(attack.title));
}

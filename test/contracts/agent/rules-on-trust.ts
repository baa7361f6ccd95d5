/** Rules about signed answers, for agents with pinned keys: each attack of test/agents/attacks belongs to one of them. */
import type { ServerResponse } from 'node:http';
import type { Attack } from '../../agents/attacks/attack.ts';
import { forged, mixed, old, unchanged } from '../../agents/attacks/attacks-on-answers.ts';
import { unknownKeys } from '../../agents/attacks/attacks-on-keys.ts';
import { dayMs, honest, instant } from '../../agents/attacks/faulty-server.ts';
import type { Behaviour } from '../../agents/posix/server.ts';
import { type Bench, broken, goesOn, kept, type Rule, type Verdict, whatChanged } from './rule.ts';
import { ifClockStands } from './rules-on-time.ts';
import { startBare, startTrial, type Trial } from './trial.ts';

export interface TrustRule extends Rule {
  readonly attacks: readonly Attack[];
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

function resisting(id: string, says: string, attacks: readonly Attack[]): TrustRule {
  return { id, says, because, needs: ['trust'], attacks, check: (bench) => resists(bench, attacks) };
}

async function resists(bench: Bench, attacks: readonly Attack[]): Promise<Verdict> {
  await using trial = await startTrial(bench.adapter, { trust: true });
  for (const attack of bench.brief ? attacks.slice(0, 3) : attacks) {
    const wrong = await whatAttackDid(bench, trial, attack);
    if (wrong !== undefined) return broken(`when ${attack.title}: ${wrong}`);
  }
  return (await goesOn(trial)) ?? kept;
}

/** Whoever has seen something newer takes what has expired for a replay: only a machine that has seen nothing must look. */
async function refusesToBegin({ adapter }: Bench): Promise<Verdict> {
  await using trial = await startBare(adapter, { trust: true });
  const { world } = trial;
  world.behave(honest(world, { ...world.next, validUntil: instant(world.now - dayMs) }));
  await trial.install();
  await trial.run('login');
  return trial.file() === undefined ? kept : broken('a machine without pins takes an answer that expired a day ago');
}

async function whatAttackDid({ adapter }: Bench, trial: Trial, attack: Attack): Promise<string | undefined> {
  const { world } = trial;
  const keys = attack.keys?.(world);
  if (!unchanged.includes(attack)) {
    world.behave(attack.pins(world), keys);
    await trial.run('login');
    return whatChanged(trial);
  }
  world.behave(silencing(attack.pins(world)), keys);
  await trial.run('login');
  if (adapter.clock === '' || adapter.refresh === '') return whatChanged(trial);
  const before = world.server.asked.length;
  await trial.runLater('refresh', 7200);
  if (world.server.asked.length > before) return whatChanged(trial);
  return `it is believed for as long as it says (${ifClockStands})`;
}

/** A 304 changes no file. Whether it was believed shows in how long the agent then stays away. */
function silencing(behaviour: Behaviour): Behaviour {
  return (request, response) => {
    // Of the forms that writeHead has, the attacks use this one.
    const writeHead = response.writeHead.bind(response) as (status: number, headers: object) => ServerResponse;
    const silent = (status: number, headers: object) =>
      writeHead(status, { ...headers, 'Pinward-Poll-After': '80000' });
    response.writeHead = silent as typeof response.writeHead; // the same
    behaviour(request, response);
  };
}

function of(attacks: readonly Attack[], title: RegExp): readonly Attack[] {
  return attacks.filter((attack) => title.test(attack.title));
}

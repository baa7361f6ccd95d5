// The machines of the simulated fleet, as arrays with one place for each: what they are, and what they have.

import { type PollRequest, pollRequest } from '../../functions/api/polls/poll-request.ts';
import { formatOf } from '../../functions/api/polls/render/formats.ts';
import type { Chance } from './chance.ts';

export const rings = ['canary', 'early', 'everyone'] as const;
export type RingName = (typeof rings)[number];

/** Claude Code's versions, and how many of a hundred machines have each; null: the machine does not say. */
const clis = [
  { cli: '3.0.4', percent: 4 },
  { cli: '3.1.4', percent: 6 },
  { cli: '3.2.0', percent: 60 },
  { cli: '3.4.1', percent: 27 },
  { cli: null, percent: 3 },
] as const;

/** How often a poll fails, and how many of a hundred machines have such a network. */
const networks = [
  { fails: 0.0005, percent: 95 },
  { fails: 0.02, percent: 4 },
  { fails: 0.2, percent: 1 },
] as const;

const format = formatOf('.settings.json') ?? missing();

/** What goes wrong with machines that should not, to see that the simulation finds it. */
export interface Twists {
  /** Half of them have the name of the image that they were made from. */
  readonly alike: boolean;
  /** Those with an old Claude Code say that they have a new one. */
  readonly boastful: boolean;
}

export class Machines {
  readonly count: number;
  readonly ring: Uint8Array;
  readonly cli: Uint8Array;
  /** Machines of one kind are the same to a policy that names no machine: they have ring and CLI in common. */
  readonly kind: Uint8Array;
  readonly fails: Float32Array;
  readonly questions: PollRequest[];
  /** Of its question: here it costs a poll one look. */
  readonly names: (string | null)[];
  /** The revision that it holds, and the pins that it has of it; 0 for none yet. */
  readonly revision: Uint16Array;
  readonly pins: Uint8Array;
  /** When it was last answered, and when with each mark that adoption counts; seconds, -1 for never. */
  readonly polledAt: Int32Array;
  readonly markedAt = new Map<string, Int32Array>();

  constructor(count: number, chance: Chance, seed: number, twists: Twists) {
    this.count = count;
    this.ring = draw(count, chance, [1, 10, 89]);
    this.cli = draw(
      count,
      chance,
      clis.map(({ percent }) => percent),
    );
    this.kind = this.ring.map((ring, at) => ring * clis.length + (this.cli[at] ?? 0));
    const network = draw(
      count,
      chance,
      networks.map(({ percent }) => percent),
    );
    this.fails = Float32Array.from(network, (at) => networks[at]?.fails ?? 0);
    this.questions = Array.from({ length: count }, (_, at) => this.#pollRequest(at, chance, seed, twists));
    this.names = this.questions.map(({ machine }) => machine.name);
    this.revision = new Uint16Array(count);
    this.pins = new Uint8Array(count);
    this.polledAt = new Int32Array(count).fill(-1);
  }

  questionOf(machine: number): PollRequest {
    return this.questions[machine] ?? missing();
  }

  ringOf(machine: number): RingName {
    return rings[this.ring[machine] ?? 0] ?? missing();
  }

  /** The version that it really has. */
  cliOf(machine: number): string | null {
    return (clis[this.cli[machine] ?? 0] ?? missing()).cli;
  }

  counter(machine: number, counter: string, second: number): void {
    const known = this.markedAt.get(counter) ?? new Int32Array(this.count).fill(-1);
    this.markedAt.set(counter, known);
    known[machine] = second;
  }

  /** A machine takes another name, as those do whose names a network hands out. */
  rename(machine: number, name: string): void {
    const pollRequest = this.questionOf(machine);
    if (pollRequest.machine.name === null) return;
    this.questions[machine] = { ...pollRequest, machine: { ...pollRequest.machine, name } };
    this.names[machine] = name;
  }

  /** Two in a hundred say no name; of half of them the credential tells whose they are. */
  #pollRequest(at: number, chance: Chance, seed: number, { alike, boastful }: Twists): PollRequest {
    const isNamed = !chance.happens(0.02);
    const isKnown = isNamed || chance.happens(0.5);
    const name = alike && at % 2 === 0 ? 'image' : `${seed.toString(36)}-${at.toString(36)}`;
    const ring = this.ringOf(at);
    const cli = this.cliOf(at);
    const machine = {
      name: isNamed ? name : null,
      email: isNamed || !isKnown ? null : `p${at}@example.com`,
      labels: ring === 'everyone' ? {} : { ring },
      cli: boastful && cli !== null ? '3.4.1' : cli,
    };
    return pollRequest(machine, format);
  }
}

/** For each machine the number of a group; `percents` says how large each is. */
function draw(count: number, chance: Chance, percents: readonly number[]): Uint8Array {
  return Uint8Array.from({ length: count }, () => {
    let left = chance.between(1, 100);
    return percents.findIndex((percent) => {
      left -= percent;
      return left <= 0;
    });
  });
}

function missing(): never {
  throw new Error('there is no such format, ring, CLI or machine');
}

// What machines are answered. Making a real answer for each machine, instance and response cache would take hours: what the real
// one says is remembered by what is provably all that it depends on. In response-cache.ts the bytes depend on ring, selector, CLI, format
// and the rollouts that reached the machine, and the policy of the simulation names no machine and no person, so kind and
// reached rollouts say it all; Poll-After depends on the machine and the pace of the cache alone. fleet-witness.ts asks the
// real poll about a sample of all polls and compares.

import { type PollRequest, pollRequest } from '../../functions/api/polls/poll-request.ts';
import type { PollResponse, ResponseCache } from '../../functions/api/polls/response-cache.ts';
import type { Rollout } from '../../shared/domain/serving/rollout.ts';
import type { Machines } from './fleet-machines.ts';

/** What all machines get that are the same to a response cache. */
export interface Answer {
  readonly revision: number;
  readonly ring: string;
  /** What adoption counts of it. */
  readonly counters: readonly string[];
  readonly etag: string;
  /** The number of these pins, and the models by family. */
  readonly pins: number;
  readonly models: Readonly<Record<string, string>>;
}

export class Answers {
  readonly #machines: Machines;
  readonly #lots = new Map<string, Uint8Array>();
  /** Poll-After of each machine by that of a machine without a name, which tells the pace; 0 for not known yet. */
  readonly #paces = new Map<number, Uint16Array>();
  /** Pins by what they say; the first were there from the beginning. */
  readonly #pins = new Map<string, number>();

  constructor(machines: Machines) {
    this.#machines = machines;
  }

  paceOf(responseCache: ResponseCache): Uint16Array {
    const { format } = this.#machines.questionOf(0);
    const nobody = pollRequest({ name: null, email: null, labels: {}, cli: null }, format);
    const seconds = pollAfterOf(responseTo(responseCache, nobody));
    const known = this.#paces.get(seconds);
    if (known !== undefined) return known;
    const pace = new Uint16Array(this.#machines.count);
    this.#paces.set(seconds, pace);
    return pace;
  }

  /** Whether a rollout has reached each machine of its ring at this stage, as the real answers of all of them say. */
  lotsOf(rollout: Rollout, responseCache: ResponseCache): Uint8Array {
    const name = `${rollout.id} ${rollout.stage}`;
    const known = this.#lots.get(name);
    if (known !== undefined) return known;
    const counter = `reached ${rollout.id}`;
    const isReached = (question: PollRequest) => responseTo(responseCache, question).body.counters.includes(counter);
    const lots = Uint8Array.from(this.#machines.questions, (question, at) =>
      this.#machines.ringOf(at) === rollout.ring && isReached(question) ? 1 : 0,
    );
    this.#lots.set(name, lots);
    return lots;
  }

  of(responseCache: ResponseCache, machine: number): Answer {
    const { body } = responseTo(responseCache, this.#machines.questionOf(machine));
    const { revision, ring, counters, etag } = body;
    const models = modelsOf(body.bytes);
    const text = JSON.stringify(models);
    const pins = this.#pins.get(text) ?? this.#pins.size + 1;
    this.#pins.set(text, pins);
    return { revision, ring, counters, etag, pins, models };
  }
}

/** One response cache as machines see it. */
export class CachedAnswers {
  readonly #responseCache: ResponseCache;
  readonly #answers: Answers;
  readonly #machines: Machines;
  readonly #lots: readonly Uint8Array[];
  readonly #known: (Answer | undefined)[] = [];
  readonly #pace: Uint16Array;
  /** Under way in the revision of this cache. */
  readonly rollouts: readonly Rollout[];
  /** Told of each answer that is made. */
  readonly #onAnswer: (answer: Answer, machine: number) => void;

  constructor(
    responseCache: ResponseCache,
    rollouts: readonly Rollout[],
    answers: Answers,
    machines: Machines,
    onAnswer: (answer: Answer, machine: number) => void,
  ) {
    this.#responseCache = responseCache;
    this.#answers = answers;
    this.#machines = machines;
    this.#lots = rollouts.map((rollout) => answers.lotsOf(rollout, responseCache));
    this.#pace = answers.paceOf(responseCache);
    this.rollouts = rollouts;
    this.#onAnswer = onAnswer;
  }

  get expires(): number {
    return this.#responseCache.expires;
  }

  answer(machine: number): Answer {
    let key = this.#machines.kind[machine] ?? 0;
    for (const lots of this.#lots) key = key * 2 + (lots[machine] ?? 0);
    return this.#known[key] ?? this.#make(key, machine);
  }

  /** Seconds. */
  pollAfter(machine: number): number {
    return this.#pace[machine] || this.#learn(machine);
  }

  #make(key: number, machine: number): Answer {
    const answer = this.#answers.of(this.#responseCache, machine);
    this.#known[key] = answer;
    this.#onAnswer(answer, machine);
    return answer;
  }

  #learn(machine: number): number {
    const seconds = pollAfterOf(responseTo(this.#responseCache, this.#machines.questionOf(machine)));
    this.#pace[machine] = seconds;
    return seconds;
  }
}

function responseTo(responseCache: ResponseCache, pollRequest: PollRequest): PollResponse {
  const answer = responseCache.get(pollRequest) ?? responseCache.make(pollRequest);
  if (answer instanceof Promise) throw new Error('nothing is signed in the simulation, so nothing waits');
  return answer;
}

function pollAfterOf({ pollAfter }: PollResponse): number {
  return Number(pollAfter);
}

/** What Claude Code would call for each family, by the file that the machine writes; `[1m]` is no part of a model's id. */
function modelsOf(body: Buffer): Record<string, string> {
  const { env = {} }: { env?: Record<string, string> } = JSON.parse(body.toString());
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => {
      const family = /^ANTHROPIC_DEFAULT_(\w+)_MODEL$/.exec(name)?.[1];
      return family === undefined || value === '' ? [] : [[family.toLowerCase(), value.replace(/\[1m\]$/, '')]];
    }),
  );
}

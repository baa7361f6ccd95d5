// The oracle of the simulation: judges what a probe committed by the truth, and by nothing that the probe computed.

import type { Event } from '../../shared/domain/events/event.ts';
import { BlindOracle } from './probe-oracle-blind.ts';
import type { Answer, Process } from './probe-process.ts';
import { nameOf } from './probe-truth.ts';

/**
 * What people must hear of a place, and what they must not.
 *
 * The truth of a place is `enabled`, without quota, or gone (all else). Time is cut into stretches in which it is callable
 * or isn't. Vertex *tells* a run the truth when the last answer of the run about the place is right and the run's commit
 * holds. A stretch is *seen* when it was told once (callable), or in two committed runs at least a minute apart with no
 * contrary answer between (not callable). A transition is a seen stretch after a seen one of the other kind; so a flap
 * shorter than two runs is none, and the first seen stretch is a first look and none either. Only for a model that the
 * publisher listed after the first listing that was committed, the time before counts as seen and not callable. Quota that
 * runs out on a place seen callable is no loss; on any other place it is not callable like the rest.
 *
 * Every transition must be an event in the very commit that makes it one (`missed`), once (`duplicate`). An event that
 * the strict rule doesn't demand is right only if the truth is what it says, and was told otherwise before (`false`): a loss
 * may be noticed with one right answer after a wrong one. A pinned place is at risk from the second telling until it is
 * told callable again; that counts as a transition, too. A run counts for detection when Vertex said something about the
 * model, at least a minute after the last that counted, since the truth changed.
 */
export class Oracle {
  readonly verdicts = { transitions: 0, missed: 0, false: 0, duplicate: 0 };
  /** The event of each transition. */
  readonly newEvents: Event[] = [];
  readonly detections: number[] = [];
  readonly complaints: string[] = [];
  readonly events = new Map<string, Event>();
  readonly #blind = new BlindOracle((kind, what) => this.complain(kind, what));
  readonly #records = new Map<string, Record>();
  readonly #told = new Map<string, number>();
  readonly #pinned: ReadonlySet<string>;
  #first: ReadonlySet<string> | null = null;
  readonly #fresh = new Set<string>();

  constructor(pinned: ReadonlySet<string>) {
    this.#pinned = pinned;
  }

  complain(kind: 'missed' | 'false' | 'duplicate', what: string): void {
    this.verdicts[kind]++;
    this.complaints.push(`${kind}: ${what}`);
  }

  /** Called for each commit of a matrix that held. */
  committed({ answers, listed }: Process, events: readonly Event[]): void {
    this.#noteListing(listed);
    for (const event of events) {
      if (this.events.has(event.id)) this.complain('duplicate', `${event.id} in the history`);
      this.events.set(event.id, event);
    }
    const claims = new Map(events.flatMap(endpointsOf));
    if (claims.size < events.flatMap(endpointsOf).length) this.complain('duplicate', 'two events of one place');
    for (const [name, answer] of answers) this.#judge(name, answer, claims);
    for (const [claim] of claims) if (!answers.has(claim.replace(/^\w+ /, ''))) this.complain('false', claim);
    this.#judgeMessages(events);
    this.#blind.committed([...answers.values()], events);
  }

  #noteListing(listed: readonly string[] | null): void {
    if (listed === null) return;
    this.#first ??= new Set(listed);
    for (const model of listed) if (!this.#first.has(model)) this.#fresh.add(model);
  }

  #judge(name: string, answer: Answer, claims: ReadonlyMap<string, Event>): void {
    const known = this.#records.get(name) ?? unseen(answer);
    this.#records.set(name, known);
    const seen: Seen = known.seen ?? (this.#fresh.has(answer.spot.endpoint.model) ? 'down' : null);
    const told = tellsOf(answer, seen);
    note(known, answer, told);
    const isTwice = told === 'down' && known.downSince !== null && answer.at - known.downSince >= 60_000;
    const isGained = this.#check(claims.get(`ModelEnabled ${name}`), name, {
      isDue: told === 'up' && seen === 'down',
      isRight: told === 'up' && (seen === 'down' || (seen === null && known.wasDown)),
      isRepeated: seen === 'up',
    });
    const isLost = this.#check(claims.get(`ModelLost ${name}`), name, {
      isDue: isTwice && seen === 'up',
      isRight: told === 'down' && seen === 'up',
      isRepeated: seen === 'down',
    });
    if (isGained || isLost) this.detections.push(known.runs);
    if (told === 'up') Object.assign(known, { seen: 'up', isRisky: false });
    if (isTwice || isLost) known.seen = 'down';
    if (told === 'down') known.wasDown = true;
    const isRisky = this.#check(claims.get(`PinAtRisk ${name}`), name, {
      isDue: this.#pinned.has(name) && isTwice && !known.isRisky,
      isRight: this.#pinned.has(name) && told === 'down' && !known.isRisky,
      isRepeated: known.isRisky,
    });
    if (isRisky) known.isRisky = true;
  }

  /** Whether there is such an event and it is right. */
  #check(event: Event | undefined, name: string, rule: Rule): boolean {
    if (event === undefined) {
      if (rule.isDue) this.verdicts.transitions++;
      if (rule.isDue) this.complain('missed', `news of ${name}`);
      return false;
    }
    if (rule.isRight) {
      this.verdicts.transitions++;
      this.newEvents.push(event);
    } else this.complain(rule.isRepeated ? 'duplicate' : 'false', `${event.id} at ${name}`);
    return rule.isRight;
  }

  /** One message a model within the hour, unless a loss came between. */
  #judgeMessages(events: readonly Event[]): void {
    for (const event of events)
      if (event.kind === 'ModelLost') this.#told.delete(`${event.data.project}/${event.data.model}`);
    for (const event of events) {
      if (event.kind !== 'ModelEnabled') continue;
      const name = `${event.data.project}/${event.data.model}`;
      const at = Date.parse(event.at);
      const isCovered = at - (this.#told.get(name) ?? Number.NEGATIVE_INFINITY) < 60 * 60_000;
      if (isCovered && !event.data.follows) this.complain('duplicate', `a second message of ${name}`);
      if (!isCovered && event.data.follows) this.complain('missed', `no message of ${name}`);
      if (!isCovered) this.#told.set(name, at);
    }
  }
}

type Seen = 'up' | 'down' | null;

interface Rule {
  readonly isDue: boolean;
  readonly isRight: boolean;
  readonly isRepeated: boolean;
}

interface Record {
  seen: Seen;
  wasDown: boolean;
  isRisky: boolean;
  stretch: number;
  truth: string;
  downSince: number | null;
  runs: number;
  countedAt: number;
}

function unseen({ stretch, truth }: Answer): Record {
  const none = { seen: null, wasDown: false, isRisky: false, downSince: null, runs: 0 };
  return { ...none, stretch, truth: classOf(truth), countedAt: Number.NEGATIVE_INFINITY };
}

type Tells = 'up' | 'down' | 'wrong' | 'neutral' | null;

function tellsOf({ verdict, truth }: Answer, seen: Seen): Tells {
  if (verdict === 'candidate' || verdict === 'misconfigured' || verdict === 'transient' || verdict === 'unknown')
    return null;
  if (truth === 'enabled') return verdict === 'enabled' ? 'up' : 'wrong';
  if (seen !== 'up') return 'down';
  if (verdict === 'no_quota') return 'neutral';
  return truth === 'no_quota' ? 'wrong' : 'down';
}

function note(known: Record, answer: Answer, told: Tells): void {
  const { at } = answer;
  if (known.stretch !== answer.stretch) known.downSince = null;
  if (known.truth !== classOf(answer.truth)) known.runs = 0;
  Object.assign(known, { stretch: answer.stretch, truth: classOf(answer.truth) });
  if (told === null) return;
  if (at - known.countedAt >= 60_000 || known.runs === 0) {
    known.runs++;
    known.countedAt = at;
  }
  if (told === 'down') known.downSince ??= at;
  else known.downSince = null;
  // A wrong answer comes alone: the next is allowed only once the place was told callable, or merely without quota.
  answer.spot.isFlapped = told !== 'up' && told !== 'neutral';
}

function classOf(truth: string): string {
  return truth === 'enabled' || truth === 'no_quota' ? truth : 'gone';
}

/** The places that an event speaks of, by kind and name. */
function endpointsOf(event: Event): readonly (readonly [string, Event])[] {
  if (event.kind === 'ModelLost' || event.kind === 'PinAtRisk') return [[`${event.kind} ${nameOf(event.data)}`, event]];
  if (event.kind !== 'ModelEnabled') return [];
  const { project, model, locations } = event.data;
  return locations.map((location) => [`${event.kind} ${nameOf({ project, location, model })}`, event] as const);
}

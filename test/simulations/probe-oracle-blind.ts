// The part of the oracle that judges what is said of blindness, of each location of each project for itself. In a run an
// area is silent when no answer there is about a model. People must hear of it in the run that makes it two in which every
// answer blames us, or four silent ones, without an answer about a model between; and of the first such answer after that.
// Meanwhile they must hear of each other cause when two runs in a row have nothing else, and may hear of none twice.

import type { Event } from '../../shared/domain/events/event.ts';
import type { Answer } from './probe-process.ts';

type Complain = (kind: 'missed' | 'false' | 'duplicate', what: string) => void;
type Blind = Extract<Event, { kind: 'ProbeBlind' }>['data']['areas'][number];

/** What was heard of an area since the last answer about a model; each letter is a run: `u` blames us, `s` is silent. */
interface Record {
  heard: string;
  isTold: boolean;
  /** The causes of the last run, and those that people heard of. */
  causes: ReadonlySet<string>;
  readonly told: Set<string>;
}

const nothingHeard = () => ({ heard: '', isTold: false, causes: new Set<string>(), told: new Set<string>() });

export class BlindOracle {
  readonly #complain: Complain;
  readonly #records = new Map<string, Record>();

  constructor(complain: Complain) {
    this.#complain = complain;
  }

  committed(answers: readonly Answer[], events: readonly Event[]): void {
    const blind = events.flatMap((event) => (event.kind === 'ProbeBlind' ? event.data.areas : []));
    const over = events.flatMap((event) => (event.kind === 'ProbeRecovered' ? event.data.areas : []));
    this.#judgeMessages(events);
    const byArea = Map.groupBy(answers, ({ spot }) => nameOf(spot.endpoint));
    for (const [name, each] of byArea) {
      const record = this.#records.get(name) ?? nothingHeard();
      this.#records.set(name, record);
      const claims = blind.filter((area) => nameOf(area) === name);
      const ends = over.filter((area) => nameOf(area) === name);
      if (each.some(isAboutModel)) this.#judgeSight(name, record, claims, ends);
      else this.#judgeSilence(name, record, each, claims, ends);
    }
    for (const area of [...blind, ...over])
      if (!byArea.has(nameOf(area))) this.#complain('false', `${nameOf(area)} was not asked`);
  }

  /** One message of each kind a run, whatever the number of areas. */
  #judgeMessages(events: readonly Event[]): void {
    for (const kind of ['ProbeBlind', 'ProbeRecovered'])
      if (events.filter((event) => event.kind === kind).length > 1) this.#complain('duplicate', `two of ${kind}`);
  }

  #judgeSight(name: string, record: Record, claims: readonly Blind[], ends: readonly object[]): void {
    if (claims.length > 0) this.#complain('false', `ProbeBlind of ${name}, which answers`);
    if (record.isTold && ends.length === 0) this.#complain('missed', `ProbeRecovered of ${name}`);
    if (!record.isTold && ends.length > 0) this.#complain('false', `ProbeRecovered of ${name}, told of no blindness`);
    if (ends.length > 1) this.#complain('duplicate', `ProbeRecovered of ${name}`);
    Object.assign(record, nothingHeard());
  }

  #judgeSilence(
    name: string,
    record: Record,
    answers: readonly Answer[],
    claims: readonly Blind[],
    ends: readonly object[],
  ): void {
    record.heard += answers.every(({ verdict }) => verdict === 'misconfigured') ? 'u' : 's';
    const isLong = record.heard.length >= 4 || record.heard.split('u').length > 2;
    if (ends.length > 0) this.#complain('false', `ProbeRecovered of ${name}, which is silent`);
    if (isLong && !record.isTold && claims.length === 0) this.#complain('missed', `ProbeBlind of ${name}`);
    if (!isLong && claims.length > 0) this.#complain('false', `ProbeBlind of ${name} after ${record.heard}`);
    const causes = new Set<string>(answers.flatMap(({ cause }) => cause ?? []));
    const mayBeTold = (cause: string) => causes.has(cause) && record.causes.has(cause) && !record.told.has(cause);
    if (claims.length > 1) this.#complain('duplicate', `ProbeBlind of ${name}`);
    if (record.isTold) {
      if (claims.some(({ cause }) => cause === null || !mayBeTold(cause)))
        this.#complain('duplicate', `ProbeBlind of ${name}`);
      const isPlain = answers.every(({ cause }) => cause !== null) && causes.size === 1 && record.causes.size === 1;
      if (isPlain && [...causes].some(mayBeTold) && claims.length === 0)
        this.#complain('missed', `ProbeBlind of ${name}, by ${[...causes].join()}`);
    }
    record.causes = causes;
    for (const { cause } of claims) if (cause !== null) record.told.add(cause);
    for (const { evidence, verdict } of claims)
      if (!answers.some((answer) => answer.evidence === evidence && answer.verdict === verdict))
        this.#complain('false', `ProbeBlind of ${name}: Vertex never said ${evidence}`);
    if (isLong) record.isTold = true;
  }
}

function nameOf({ project, location }: { readonly project: string; readonly location: string }): string {
  return `${project} in ${location}`;
}

function isAboutModel({ verdict }: Answer): boolean {
  return verdict !== 'misconfigured' && verdict !== 'transient' && verdict !== 'unknown';
}

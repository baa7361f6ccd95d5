// The part of the oracle that judges what is said of blindness. A location is dark in a run when every answer there says
// that we are set up wrongly, and lit when some answer is about a model; else it is as before.

import type { Event } from '../../shared/domain/events/event.ts';
import type { Answer } from './probe-process.ts';

type Complain = (kind: 'missed' | 'false' | 'duplicate', what: string) => void;

export class BlindOracle {
  readonly #complain: Complain;
  readonly #dark = new Map<string, number>();
  #isNotified = false;

  constructor(complain: Complain) {
    this.#complain = complain;
  }

  committed(answers: readonly Answer[], events: readonly Event[]): void {
    const byLocation = Map.groupBy(answers, ({ spot }) => spot.endpoint.location);
    let hasLit = false;
    for (const [location, each] of byLocation) {
      if (each.every(({ verdict }) => verdict === 'misconfigured'))
        this.#dark.set(location, (this.#dark.get(location) ?? 0) + 1);
      else if (each.some(isAboutModel)) {
        this.#dark.delete(location);
        hasLit = true;
      }
    }
    for (const location of this.#dark.keys()) if (hasLit && !byLocation.has(location)) this.#dark.delete(location);
    const blind = events.filter((event) => event.kind === 'ProbeBlind');
    const recovered = events.filter((event) => event.kind === 'ProbeRecovered');
    const dark = [...this.#dark].filter(([, runs]) => runs >= 2).map(([location]) => location);
    this.#judge(dark, blind, recovered, this.#dark.size === 0 && hasLit);
  }

  #judge(
    dark: readonly string[],
    blind: readonly Extract<Event, { kind: 'ProbeBlind' }>[],
    recovered: readonly Event[],
    isLit: boolean,
  ): void {
    if (blind.length > 1 || (blind.length === 1 && this.#isNotified)) this.#complain('duplicate', 'ProbeBlind');
    if (blind.some(({ data }) => data.locations.some((each) => !dark.includes(each))))
      this.#complain('false', `ProbeBlind of ${blind[0]?.data.locations} where ${dark} is dark`);
    if (dark.length > 0 && !this.#isNotified && blind.length === 0) this.#complain('missed', `ProbeBlind of ${dark}`);
    if (dark.length > 0) this.#isNotified = true;
    if (recovered.length > 0 && !(this.#isNotified && isLit)) this.#complain('false', 'ProbeRecovered');
    if (recovered.length === 0 && this.#isNotified && isLit) this.#complain('missed', 'ProbeRecovered');
    if (isLit) this.#isNotified = false;
  }
}

function isAboutModel({ verdict }: Answer): boolean {
  return verdict !== 'misconfigured' && verdict !== 'transient' && verdict !== 'unknown';
}

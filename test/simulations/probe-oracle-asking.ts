// The part of the oracle that judges what a run asked: every place, unless it lost time; and for a confirmation of what the
// screen called servable where the place wasn't last told callable, or that was a day ago, unless its quota was used up.

import type { Answer, Process } from './probe-process.ts';
import { models, quotaKey, type Truth } from './probe-truth.ts';

const dayMs = 24 * 60 * 60_000;

export class AskingOracle {
  readonly #complain: (kind: 'missed', what: string) => void;
  readonly #endpoints = new Set(models.map(({ id }) => id));
  readonly #last = new Map<string, Answer>();
  readonly #confirmedAt = new Map<string, number>();

  constructor(complain: (kind: 'missed', what: string) => void) {
    this.#complain = complain;
  }

  committed({ answers, listed, isLate }: Process, truth: Truth): void {
    for (const model of listed ?? []) this.#endpoints.add(model);
    if (!isLate)
      for (const [name, { endpoint }] of truth.spots)
        if (this.#endpoints.has(endpoint.model) && !answers.has(name)) this.#complain('missed', `${name}: not asked`);
    const exhausted = new Set(
      [...answers.values()].filter(({ verdict }) => verdict === 'no_quota').map(({ spot }) => quotaKey(spot.endpoint)),
    );
    for (const [name, answer] of answers) {
      if (answer.verdict === 'candidate') {
        if (!exhausted.has(quotaKey(answer.spot.endpoint)) && this.#isDue(name, answer.at))
          this.#complain('missed', `${name}: not confirmed`);
      } else if (answer.verdict !== 'misconfigured' && answer.verdict !== 'transient' && answer.verdict !== 'unknown') {
        this.#last.set(name, answer);
        if (answer.by === 'confirm') this.#confirmedAt.set(name, answer.at);
      }
    }
  }

  #isDue(name: string, at: number): boolean {
    const said = this.#last.get(name)?.verdict;
    // A screen's word of quota may have come between; what it means depends on what was before.
    if (said === 'no_quota') return false;
    return said !== 'enabled' || at - (this.#confirmedAt.get(name) ?? 0) > dayMs + 60_000;
  }
}

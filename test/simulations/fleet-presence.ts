// When machines are there: laptops in the office hours of their place, with naps, without a network now and then, closed at
// night and most of them over the weekend; the rest always on.

import type { Chance } from './chance.ts';

export const asleep = 0;
export const online = 1;
/** Awake, without a network. */
export const cutOff = 2;
export type Presence = typeof asleep | typeof online | typeof cutOff;

export interface Stay {
  readonly presence: Presence;
  /** Seconds of virtual time. */
  readonly until: number;
}

const [minute, hour, day] = [60, 3_600, 86_400];
const never = 0x7fff_ffff;
/** Of those that are always on. */
const shareAlwaysOn = 0.2;
const shareAtWeekends = 0.1;
/** Of breaks, those without a network; in the others the lid is closed. */
const shareCutOff = 0.3;
/** Hours before or after UTC, by weight. */
const zones = [0, 1, 1, 1, 2, 2, 5.5, 5.5, -5, -5] as const;

export class Presences {
  readonly #chance: Chance;
  readonly #startSeconds: number;
  /** Seconds before or after UTC; `never` for a machine that is always on. */
  readonly #zone: Int32Array;
  readonly #opens: Int32Array;
  readonly #closes: Int32Array;

  constructor(machines: number, startMs: number, chance: Chance) {
    this.#chance = chance;
    this.#startSeconds = startMs / 1_000;
    this.#zone = Int32Array.from({ length: machines }, () =>
      chance.happens(shareAlwaysOn) ? never : chance.pick(zones) * hour,
    );
    this.#opens = new Int32Array(machines);
    this.#closes = new Int32Array(machines);
  }

  first(machine: number): Stay {
    return this.next(machine, asleep, 0);
  }

  /** How a machine goes on whose stay so far is over. */
  next(machine: number, was: Presence, now: number): Stay {
    if (now >= this.#closesAt(machine)) this.#openNext(machine, now);
    const opens = this.#opens[machine] ?? 0;
    if (now < opens) return { presence: asleep, until: opens };
    return was === online ? this.#pause(machine, now) : this.#work(machine, now);
  }

  #work(machine: number, now: number): Stay {
    const [shortest, longest] = this.#isAlwaysOn(machine) ? [10 * hour, 60 * hour] : [40 * minute, 200 * minute];
    const until = now + this.#chance.between(shortest, longest);
    return { presence: online, until: Math.min(until, this.#closesAt(machine)) };
  }

  #pause(machine: number, now: number): Stay {
    const isCutOff = this.#isAlwaysOn(machine) || this.#chance.happens(shareCutOff);
    const [shortest, longest] = isCutOff ? [minute, 15 * minute] : [5 * minute, hour];
    return { presence: isCutOff ? cutOff : asleep, until: now + this.#chance.between(shortest, longest) };
  }

  /** Draws the hours of the day that is under way or comes next. */
  #openNext(machine: number, now: number): void {
    const zone = this.#zone[machine] ?? 0;
    const local = this.#startSeconds + now + zone;
    for (let midnight = local - (local % day); ; midnight += day) {
      const [from, to] = this.#hours(midnight);
      if (to <= local) continue;
      this.#opens[machine] = from - zone - this.#startSeconds;
      this.#closes[machine] = to - zone - this.#startSeconds;
      return;
    }
  }

  /** None in a day without work. 1970 began on a Thursday. */
  #hours(midnight: number): readonly [number, number] {
    const chance = this.#chance;
    const weekday = (midnight / day + 4) % 7;
    if (weekday !== 0 && weekday !== 6) {
      const [from, to] = [chance.between(7 * hour, 10 * hour), chance.between(16 * hour, 20 * hour)];
      return [midnight + from, midnight + to];
    }
    if (!chance.happens(shareAtWeekends)) return [0, 0];
    const from = midnight + chance.between(10 * hour, 16 * hour);
    return [from, from + chance.between(hour, 5 * hour)];
  }

  #isAlwaysOn(machine: number): boolean {
    return this.#zone[machine] === never;
  }

  #closesAt(machine: number): number {
    return this.#isAlwaysOn(machine) ? never : (this.#closes[machine] ?? 0);
  }
}

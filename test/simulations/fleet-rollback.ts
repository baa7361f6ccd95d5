// How long it takes until machines are back after a rollback: of those that are online and were moved by what is taken back,
// the share that has the revision that does so. Machines that go offline before that no longer count; those that come online
// with what is taken back do from then on, and those that wake from when their timer has started their agent.

import { atLeast } from '../support/binomial.ts';
import type { Machines } from './fleet-machines.ts';
import { onceInMillions } from './fleet-rules.ts';

const waiting = 1;
const back = 2;
/** The greatest share of machines that bad networks and pauses between timers make late. Of thousands chance never makes 1 %. */
const usuallyLate = 0.003;

export class Rollback {
  readonly what: string;
  readonly revision: number;
  /** Second of virtual time. */
  readonly at: number;
  /** Whether a rollout was under way when it began, so that machines came often. */
  readonly isMoving: boolean;
  /** Seconds until these shares were back; null for not yet. */
  readonly after: Record<'half' | 'percent99' | 'permille999', number | null> = {
    half: null,
    percent99: null,
    permille999: null,
  };
  /** The share that was back after a minute. */
  within60 = 0;
  affected = 0;
  /** Those that were affected after a minute, and those of them that were not back. */
  #after60 = { affected: 0, late: 0 };
  readonly #state: Uint8Array;
  #back = 0;

  constructor(what: string, revision: number, at: number, isMoving: boolean, { count }: Machines) {
    this.what = what;
    this.revision = revision;
    this.at = at;
    this.isMoving = isMoving;
    this.#state = new Uint8Array(count);
  }

  add(machine: number): void {
    if (this.#state[machine] !== 0) return;
    this.#state[machine] = waiting;
    this.affected += 1;
  }

  leave(machine: number): void {
    if (this.#state[machine] !== waiting) return;
    this.#state[machine] = 0;
    this.affected -= 1;
  }

  take(machine: number): void {
    if (this.#state[machine] !== waiting) return;
    this.#state[machine] = back;
    this.#back += 1;
  }

  /** Whether 99 % were back within a minute, but for late ones that chance explains where the machines are few. */
  get isInTime(): boolean {
    const { percent99 } = this.after;
    if (percent99 !== null && percent99 <= 60) return true;
    const { affected, late } = this.#after60;
    return atLeast(late, affected, usuallyLate) >= onceInMillions;
  }

  /** Called once a second. */
  look(now: number): void {
    const share = this.affected === 0 ? 1 : this.#back / this.affected;
    const { after } = this;
    if (now - this.at <= 60) {
      this.within60 = share;
      this.#after60 = { affected: this.affected, late: this.affected - this.#back };
    }
    if (share >= 0.5) after.half ??= now - this.at;
    if (share >= 0.99) after.percent99 ??= now - this.at;
    if (share >= 0.999) after.permille999 ??= now - this.at;
  }
}

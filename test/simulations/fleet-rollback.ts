// How long it takes until machines are back after a rollback: of those that are online and were moved by what is taken back,
// the share that has the revision that does so. Machines that go offline before that no longer count; those that come online
// with what is taken back do from then on, and those that wake from when their timer has started their agent.

import type { Machines } from './fleet-machines.ts';

const waiting = 1;
const back = 2;

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

  /** Called once a second. */
  look(now: number): void {
    const share = this.affected === 0 ? 1 : this.#back / this.affected;
    const { after } = this;
    if (now - this.at <= 60) this.within60 = share;
    if (share >= 0.5) after.half ??= now - this.at;
    if (share >= 0.99) after.percent99 ??= now - this.at;
    if (share >= 0.999) after.permille999 ??= now - this.at;
  }
}

// The timers that start the agents, as infra/agents ships them. While something moves an agent stays and polls when it is due,
// until shortly before its timer starts the next one.

/** Between the end of a stay and the next start. */
const away = 20;
/** Who is told to come sooner than timers do takes it to be so for this long when it hears nothing any more. */
const [often, movesFor] = [300, 600] as const;
const [retryAfter, retryAfterWhileMoving] = [60, 20] as const;

export class Timers {
  readonly #seconds: number;
  readonly #movingUntil: Int32Array;

  constructor(machines: number, seconds: number) {
    this.#seconds = seconds;
    this.#movingUntil = new Int32Array(machines);
  }

  /** When a machine polls again that was told to at `now`. */
  afterAnswer(machine: number, now: number, pollAfter: number): number {
    this.#movingUntil[machine] = pollAfter < often ? now + movesFor : 0;
    return this.next(machine, now, now + pollAfter);
  }

  /** The same after a failure; one that holds nothing yet asks again as soon as its timer lets it. */
  afterFailure(machine: number, now: number, isEmpty: boolean): number {
    const pause = this.#isMoving(machine, now) ? retryAfterWhileMoving : retryAfter;
    return this.next(machine, now, now + (isEmpty ? 1 : pause));
  }

  /** When one polls that is due then: at once if its agent is there, else when its timer starts it. */
  next(machine: number, now: number, due: number): number {
    const seconds = this.#seconds;
    const sinceStart = (due - (machine % seconds) + seconds) % seconds;
    const isThere = sinceStart === 0 || (this.#isMoving(machine, now) && sinceStart < seconds - away);
    return isThere ? due : due + seconds - sinceStart;
  }

  #isMoving(machine: number, now: number): boolean {
    return now < (this.#movingUntil[machine] ?? 0);
  }
}

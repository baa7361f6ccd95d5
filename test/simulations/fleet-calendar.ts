// A calendar of virtual time: at which second each machine's next event is, at most one a machine. Made for tens of millions of
// them: putting one down and taking it up cost a few array accesses.

const none = -1;

export class Calendar {
  /** The latest machine put down for each second. */
  readonly #first: Int32Array;
  /** The machine put down before it for the same second. */
  readonly #before: Int32Array;

  constructor(seconds: number, machines: number) {
    this.#first = new Int32Array(seconds).fill(none);
    this.#before = new Int32Array(machines).fill(none);
  }

  /** What is beyond the end never comes. */
  put(second: number, machine: number): void {
    if (second >= this.#first.length) return;
    this.#before[machine] = this.#first[second] ?? none;
    this.#first[second] = machine;
  }

  /** Visits all of a second, those that are put down for it meanwhile included. */
  visit(second: number, each: (machine: number) => void): void {
    let machine = this.#take(second);
    while (machine !== none) {
      const before = this.#before[machine] ?? none;
      each(machine);
      machine = before === none ? this.#take(second) : before;
    }
  }

  #take(second: number): number {
    const machine = this.#first[second] ?? none;
    this.#first[second] = none;
    return machine;
  }
}

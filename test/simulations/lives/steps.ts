// How a step of a life is made: a thing that may happen to a fleet, with words for the report of a failure.

import fc from 'fast-check';
import { type Fleet, type Identity, people } from '../../support/rollout-fleet.ts';

type Step = (fleet: Fleet) => Promise<unknown>;

/** A step with words for a failure's report. */
export interface Named {
  readonly name: string;
  readonly step: Step;
}

const person = fc.constantFrom<Identity>(...people);
const instance = fc.nat(1);

/** A call by anybody on either instance. */
export function post<T>(drawn: fc.Arbitrary<T>, pathOf: (value: T) => string): fc.Arbitrary<Named> {
  return named(
    fc.tuple(drawn, person, instance),
    ([value, by]) => `${by} POST ${pathOf(value)}`,
    (fleet, [value, by, at]) => fleet.ask(by, 'POST', pathOf(value), undefined, at),
  );
}

export function put<T>(
  drawn: fc.Arbitrary<T>,
  requestOf: (value: T) => readonly [string, object],
): fc.Arbitrary<Named> {
  return named(
    fc.tuple(drawn, person, instance),
    ([value, by]) => `${by} PUT ${requestOf(value)[0]} ${JSON.stringify(value)}`,
    (fleet, [value, by, at]) => fleet.ask(by, 'PUT', ...requestOf(value), at),
  );
}

/** Two at once: their reads and commits interleave. */
export function both([a, b]: readonly [Named, Named]): Named {
  return withName(`${a.name} || ${b.name}`, (fleet) => Promise.all([a.step(fleet), b.step(fleet)]));
}

export function named<T>(
  drawn: fc.Arbitrary<T>,
  nameOf: (value: T) => string,
  step: (fleet: Fleet, value: T) => Promise<unknown>,
): fc.Arbitrary<Named> {
  return drawn.map((value) => withName(nameOf(value), (fleet) => step(fleet, value)));
}

function withName(name: string, step: Step): Named & { [fc.toStringMethod](): string } {
  return { name, step, [fc.toStringMethod]: () => name };
}

// The machines that two policies tell apart, against every machine that can be made of their selectors.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { machineKinds } from '../../../../../shared/domain/consequences/machine-kinds.ts';
import type { Policy } from '../../../../../shared/domain/policy/policy.ts';
import { policy, ring } from '../../../../support/world.ts';

const names = [null, 'm1', 'm2'];
/** No selector lists the other ones: a domain always has more addresses than a policy. */
const addresses = [null, 'x@a.test', 'y@a.test', 'z@b.test', 'other@a.test', 'other@b.test'];
const values = [null, 'p', 'q'];

interface Facts {
  readonly name: string | null;
  readonly email: string | null;
  readonly team: string | null;
  readonly os: string | null;
}

/** Every machine with these names, addresses and labels, as the selectors that match it. */
const machines = names.flatMap((name) =>
  addresses.flatMap((email) => values.flatMap((team) => values.map((os) => selectorsOf({ name, email, team, os })))),
);
const selectors = [...new Set(machines.flatMap((each) => [...each]))].filter(
  (each) => each !== '*' && !each.startsWith('email:other'),
);

function selectorsOf({ name, email, team, os }: Facts): ReadonlySet<string> {
  return new Set([
    '*',
    ...(name === null ? [] : [`machine:${name}`]),
    ...(email === null ? [] : [`email:${email}`, `domain:${email.split('@')[1]}`]),
    ...(team === null ? [] : [`label:team=${team}`]),
    ...(os === null ? [] : [`label:os=${os}`]),
  ]);
}

function ringOf({ rings }: Policy, machine: ReadonlySet<string>): string | undefined {
  return rings.find(({ match }) => match.some((selector) => machine.has(selector)))?.name;
}

const anyRings = fc.array(fc.uniqueArray(fc.constantFrom(...selectors), { minLength: 1, maxLength: 4 }), {
  maxLength: 4,
});

function policyOf(matches: readonly (readonly string[])[], prefix: string): Policy {
  const rings = matches.map((match, at) => ring({ name: `${prefix}${at}`, match }));
  return policy({ rings: [...rings, ring({ name: `${prefix}-all`, match: ['*'] })] });
}

test('every pair of rings that some machine has is a kind, and no other', () => {
  fc.assert(
    fc.property(anyRings, anyRings, (first, second) => {
      const [before, after] = [policyOf(first, 'b'), policyOf(second, 'a')];
      const expected = new Set(machines.map((each) => `${ringOf(before, each)} ${ringOf(after, each)}`));
      const kinds = machineKinds(before, after);
      assert.deepEqual(new Set(kinds.map((each) => `${each.before.name} ${each.after.name}`)), expected);
      assert.equal(kinds.length, expected.size, 'each once');
    }),
    { numRuns: 500 },
  );
});

test('the example of a kind is a machine of that kind', () => {
  fc.assert(
    fc.property(anyRings, anyRings, (first, second) => {
      const [before, after] = [policyOf(first, 'b'), policyOf(second, 'a')];
      for (const kind of machineKinds(before, after)) {
        const facts = kind.example.split(' and ');
        const domains = facts.filter((fact) => fact.startsWith('email:')).map((fact) => `domain:${fact.split('@')[1]}`);
        const machine = new Set(['*', ...facts, ...domains]);
        assert.deepEqual([ringOf(before, machine), ringOf(after, machine)], [kind.before.name, kind.after.name]);
      }
    }),
    { numRuns: 500 },
  );
});

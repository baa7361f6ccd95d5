// The rings that a machine may belong to when not everything is known of it: exactly those of all machines with the known
// facts. The oracle makes all of these machines, and finds the ring of each by the rule that the API's page states.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Policy } from '../../../../../shared/domain/policy/policy.ts';
import { type MachineFacts, possibleRings } from '../../../../../shared/domain/serving/possible-rings.ts';
import { policy, ring } from '../../../../support/world.ts';

const names = ['laptop-1', 'laptop-2', null];
const emails = ['ada@acme.example', 'bob@acme.example', 'eve@other.example', null];
const labels = [{}, { team: 'sre' }, { team: 'web' }];

const selector = fc.constantFrom(
  'machine:laptop-1',
  'email:ada@acme.example',
  'domain:acme.example',
  'label:team=sre',
  '*',
);
const selectors = fc.uniqueArray(selector, { minLength: 1, maxLength: 3 });
const policies = fc.array(selectors, { maxLength: 4 }).map((matches) =>
  policy({
    rings: [...matches, ['*']].map((match, at) => ring({ name: `ring-${at}`, match })),
  }),
);
const facts = fc.record({
  name: fc.constantFrom(undefined, ...names),
  email: fc.constantFrom(undefined, ...emails),
  labels: fc.constantFrom(undefined, ...labels),
});

test('are exactly the rings of the machines with the known facts', () => {
  fc.assert(
    fc.property(policies, facts, (stated, known) => {
      const possible = possibleRings(stated, known).map((each) => each.ring.name);

      assert.deepEqual(new Set(possible), new Set(machinesWith(known).map((each) => ringOf(stated, each))));
    }),
    { numRuns: 2000 },
  );
});

test('are one ring, with its selector, when everything is known', () => {
  fc.assert(
    fc.property(policies, facts, (stated, { name = null, email = null, labels: own = {} }) => {
      const [only, ...others] = possibleRings(stated, { name, email, labels: own });

      assert.deepEqual(others, []);
      assert.notEqual(only?.selector, null);
    }),
    { numRuns: 500 },
  );
});

type Known = { readonly [K in keyof MachineFacts]: Exclude<MachineFacts[K], undefined> };

function machinesWith({ name, email, labels: own }: MachineFacts): readonly Known[] {
  return (name === undefined ? names : [name]).flatMap((eachName) =>
    (email === undefined ? emails : [email]).flatMap((eachEmail) =>
      (own === undefined ? labels : [own]).map((each) => ({ name: eachName, email: eachEmail, labels: each })),
    ),
  );
}

function ringOf({ rings }: Policy, { name, email, labels: own }: Known): string | undefined {
  const matches = (each: string) => {
    if (each === '*') return true;
    const [kind, value = ''] = each.split(':');
    if (kind === 'machine') return value === name;
    if (kind === 'email') return value === email;
    if (kind === 'domain') return email?.endsWith(`@${value}`) === true;
    return (
      value ===
      Object.entries(own)
        .map(([key, text]) => `${key}=${text}`)
        .join()
    );
  };
  return rings.find(({ match }) => match.some(matches))?.name;
}

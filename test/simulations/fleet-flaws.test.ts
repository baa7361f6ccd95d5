// Every rule of the simulated fleet can be broken: worlds with something wrong in them, and what the simulation says of them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { simulate } from './fleet.ts';
import { type Flaw, withoutNight } from './fleet-options.ts';
import { type Rule, rules } from './fleet-rules.ts';

interface Case {
  readonly name: string;
  readonly flaws: readonly Flaw[];
  /** Rules that must be broken. */
  readonly broken: readonly Rule[];
  /** Rules that may be, as one thing follows from another. */
  readonly also?: readonly Rule[];
}

const cases: readonly Case[] = [
  {
    name: 'a forced pin, CLIs that lie, an instance that writes too often and one that counts nobody',
    flaws: ['forced', 'boastful', 'hasty', 'forgetful'],
    broken: ['callable', 'cli', 'writes', 'adoption'],
  },
  {
    name: 'names that many machines share, and an instance that never learns of a change',
    flaws: ['alike', 'stuck'],
    broken: ['shares', 'adoption', 'back'],
  },
  {
    name: 'names that change with every revision',
    flaws: ['renamed'],
    broken: ['sticky', 'answers'],
    also: ['adoption', 'shares'],
  },
  { name: 'machines that come when they like', flaws: ['deaf'], broken: ['back'] },
  { name: 'machines that give up', flaws: ['discouraged'], broken: ['newest', 'back'], also: ['adoption'] },
];

for (const { name, flaws, broken, also = [] } of cases) {
  test(`the simulation finds ${name}`, async () => {
    const { summary, words } = await simulate({
      machines: 1_500,
      seed: 1,
      instances: 2,
      timer: 1,
      hours: withoutNight,
      flaws: new Set(flaws),
    });

    const found = Object.keys(summary.broken);
    assert.deepEqual(
      broken.filter((rule) => !found.includes(rule)),
      [],
      words.join('\n'),
    );
    assert.deepEqual(
      found.filter((rule) => ![...broken, ...also].some((each) => each === rule)),
      [],
      words.join('\n'),
    );
  });
}

test('every rule is among those that are seen to break', () => {
  const seen = new Set(cases.flatMap(({ broken }) => broken));

  assert.deepEqual(
    Object.keys(rules).filter((rule) => ![...seen].some((each) => each === rule)),
    [],
  );
});

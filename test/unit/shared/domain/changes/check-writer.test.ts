// Who may change a policy that a git repository manages: a table of writers and changes, and what each may do.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkWriter, withManagement } from '../../../../../shared/domain/changes/check-writer.ts';
import { policy } from '../../../../support/world.ts';

const managedBy = { repository: 'https://github.com/acme/claude-policy', identity: 'ci@acme.iam.gserviceaccount.com' };
const managed = policy({ managedBy });
const own = { ...managedBy, identity: 'eve@acme.example' };

const changes = {
  'changes a pin': policy({ managedBy, location: 'us' }),
  'hands the policy to another identity': policy({ managedBy: own }),
  'ends the management': policy(),
} as const;

describe('of a policy that a repository manages', () => {
  for (const [who, by, isOwner, words, raises, isAllowed] of [
    ['the identity', managedBy.identity, false, 'changes a pin', true, true],
    ['the identity', managedBy.identity, false, 'hands the policy to another identity', true, true],
    ['the identity', managedBy.identity, false, 'ends the management', true, true],
    ['an editor', 'eve@acme.example', false, 'changes a pin', true, false],
    ['an editor', 'eve@acme.example', false, 'changes a pin', false, true],
    ['an editor', 'eve@acme.example', false, 'hands the policy to another identity', false, false],
    ['an editor', 'eve@acme.example', false, 'ends the management', false, false],
    ['an owner', 'ada@acme.example', true, 'changes a pin', true, false],
    ['an owner', 'ada@acme.example', true, 'hands the policy to another identity', true, false],
    ['an owner', 'ada@acme.example', true, 'ends the management', true, true],
  ] as const) {
    test(`${who} ${isAllowed ? 'may make' : 'can not make'} a change that ${words} and ${raises ? 'raises' : 'does not raise'} risk`, () => {
      const checked = checkWriter(managed, changes[words], { by, isOwner }, () => raises);

      assert.deepEqual(checked, isAllowed ? { ok: true, value: null } : refusal);
    });
  }

  test('nobody is asked before there is a repository', () => {
    const writer = { by: 'eve@acme.example', isOwner: false };
    const asked = () => assert.fail('asked for the risk');

    assert.ok(checkWriter(null, managed, writer, asked).ok);
    assert.ok(checkWriter(policy(), managed, writer, asked).ok);
  });
});

describe('a restore', () => {
  test('keeps the management as it is: it neither ends nor brings back another', () => {
    assert.deepEqual(withManagement(policy(), managed), managed);
    assert.deepEqual(withManagement(managed, policy()), policy());
    assert.deepEqual(withManagement(policy({ managedBy: own }), managed), managed);
  });
});

const refusal = { ok: false, fault: { code: 'policy_managed', ...managedBy } };

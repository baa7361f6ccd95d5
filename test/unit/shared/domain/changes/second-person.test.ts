// When a second person is needed, and who may be one.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { noRoles, type Roles } from '../../../../../shared/domain/access/access.ts';
import {
  type Actor,
  checkSecondPerson,
  loneApproverFinding,
  type Memberships,
  needsSecondPerson,
} from '../../../../../shared/domain/changes/second-person.ts';
import { policy } from '../../../../support/invented.ts';

const ada = 'ada@example.com';
const bob = 'bob@example.com';
const both: Roles = { ...noRoles, owner: [`email:${ada}`], approver: [`email:${bob}`] };
const adaAlone: Roles = { ...noRoles, owner: [`email:${ada}`] };
const person = (name: string): Actor => ({ name, isPerson: true });

/** Roles when the proposal was made, and now. */
function memberships(then: Roles | null, now: Roles | null, firstOwners: readonly string[] = []): Memberships {
  return { accessRevision: 2, now: { roles: now, firstOwners }, at: () => ({ roles: then, firstOwners }) };
}

describe('a second person', () => {
  test('is needed only where the policy says so', () => {
    assert.equal(needsSecondPerson(policy({ secondPerson: true })), true);
    assert.equal(needsSecondPerson(policy({ secondPerson: false })), false);
    assert.equal(needsSecondPerson(policy()), false);
    assert.equal(needsSecondPerson(null), false, 'before the first policy');
  });

  const rows: readonly (readonly [string, Actor, Memberships, string | null])[] = [
    ['an approver since before the proposal', person(bob), memberships(both, both), null],
    ['an owner since before the proposal', person(bob), memberships({ ...both, owner: [`email:${bob}`] }, both), null],
    ['an approver by domain', person(bob), memberships({ ...noRoles, approver: ['domain:example.com'] }, both), null],
    ['a first owner, while no role has one', person(bob), memberships(null, null, [ada, bob]), null],
    ['not the author', person(ada), memberships(both, both), 'author'],
    ['not a service account', { name: bob, isPerson: false }, memberships(both, both), 'not_a_person'],
    ['not who got the role since', person(bob), memberships(adaAlone, both), 'role_is_new'],
    ['not who lost the role since', person(bob), memberships(both, adaAlone), 'role_is_gone'],
    ['not an editor', person(bob), memberships({ ...noRoles, editor: [`email:${bob}`] }, both), 'role_is_new'],
  ];

  for (const [name, approver, then, because] of rows) {
    test(`is ${name}`, () => {
      const checked = checkSecondPerson({ by: ada, accessRevision: 1 }, approver, then);
      assert.deepEqual(
        checked,
        because === null
          ? { ok: true, value: null }
          : { ok: false, fault: { code: 'second_person_needed', proposedBy: ada, because } },
      );
    });
  }
});

describe('the rule that is switched on is warned of', () => {
  const [off, on] = [policy(), policy({ secondPerson: true })];
  const robot = 'email:robot@acme.iam.gserviceaccount.com';
  const rows: readonly (readonly [string, Roles | null, readonly string[], boolean])[] = [
    ['where nobody could approve', null, [], true],
    ['where one owner is alone', adaAlone, [], true],
    ['where the other one is software', { ...adaAlone, approver: [robot] }, [], true],
    ['where the other one is an editor', { ...adaAlone, editor: [`email:${bob}`] }, [], true],
    ['where one person has both roles', { ...adaAlone, approver: [`email:${ada}`] }, [], true],
    ['unless there are two', both, [], false],
    ['unless a domain may approve', { ...adaAlone, approver: ['domain:example.com'] }, [], false],
    ['unless the environment names two', null, [ada, bob], false],
    ['where first owners no longer count', adaAlone, [ada, bob], true],
  ];
  for (const [name, roles, firstOwners, isWarned] of rows) {
    test(name, () => {
      assert.equal(loneApproverFinding(off, on, { roles, firstOwners }) !== null, isWarned);
      assert.equal(loneApproverFinding(on, on, { roles, firstOwners }), null, 'it was on');
      assert.equal(loneApproverFinding(on, off, { roles, firstOwners }), null, 'it is switched off');
    });
  }
});

// Who has which role, as a table; and that nobody gets more by being named twice.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { noRoles, type Roles } from '../../../../../shared/domain/access/access.ts';
import { isAtLeast, isServiceAccount, type Role, roleOf, roles } from '../../../../../shared/domain/access/roles.ts';

const bound = (over: Partial<Roles>): Roles => ({ ...noRoles, ...over });
const email = 'ada@example.com';

const rows: readonly (readonly [string, Role | null, Roles | null, readonly string[]])[] = [
  ['nothing is stated', null, null, []],
  ['nobody is bound', null, noRoles, []],
  ['somebody else is', null, bound({ owner: ['email:bob@example.com'], reader: ['domain:example.org'] }), []],
  ['the address is', 'editor', bound({ editor: [`email:${email}`] }), []],
  ['the domain is', 'reader', bound({ reader: ['domain:example.com'] }), []],
  [
    'both are: the higher counts',
    'approver',
    bound({ reader: ['domain:example.com'], approver: [`email:${email}`] }),
    [],
  ],
  ['a domain that only ends so is', null, bound({ reader: ['domain:ample.com', 'email:da@example.com'] }), []],
  ['a domain above is', null, bound({ reader: ['domain:com'] }), []],
  ['it is a first owner and there is no other', 'owner', noRoles, [email]],
  ['it is a first owner of nothing stated', 'owner', null, [email]],
  ['it is a first owner beside other roles', 'owner', bound({ reader: [`email:${email}`] }), [email]],
  ['it was a first owner', 'reader', bound({ reader: [`email:${email}`], owner: ['email:bob@example.com'] }), [email]],
  ['another is a first owner', null, noRoles, ['bob@example.com']],
];
for (const [when, role, given, firstOwners] of rows) {
  test(`an address is ${role ?? 'nobody'} when ${when}`, () => {
    assert.equal(roleOf(email, given, firstOwners), role);
  });
}

test('each role may do what those before it may, and no more', () => {
  const anyRole = fc.constantFrom(...roles);
  const property = fc.property(anyRole, anyRole, anyRole, (low, middle, high) => {
    assert.ok(isAtLeast(low, low));
    assert.ok(isAtLeast(low, middle) || isAtLeast(middle, low));
    if (isAtLeast(high, middle) && isAtLeast(middle, low)) assert.ok(isAtLeast(high, low));
    if (isAtLeast(low, high) && isAtLeast(high, low)) assert.equal(low, high);
  });
  fc.assert(property);
  assert.ok(isAtLeast('owner', 'machine') && !isAtLeast('machine', 'reader'));
});

test('a service account is one by its whole domain', () => {
  assert.ok(isServiceAccount('a@acme.iam.gserviceaccount.com'));
  assert.ok(isServiceAccount('1-compute@developer.gserviceaccount.com'));
  assert.ok(!isServiceAccount('a@gserviceaccount.com.evil.test'));
  assert.ok(!isServiceAccount('a@evilgserviceaccount.com'));
});

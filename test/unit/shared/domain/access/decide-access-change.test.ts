// Changes of access: what is taken for a member, how numbers grow, and what a full list of tokens says.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Access, noRoles } from '../../../../../shared/domain/access/access.ts';
import {
  type AccessChange,
  changeRoles,
  issueToken,
  membersAdded,
  readRoles,
  readTokenRequest,
  revokeToken,
} from '../../../../../shared/domain/access/decide-access-change.ts';
import { maxTokens, TokenRequest } from '../../../../../shared/domain/access/fleet-token.ts';
import type { Result } from '../../../../../shared/domain/fault.ts';
import { now } from '../../../../support/world.ts';

const owner = ['email:ada@example.com'];
const hash = (at: number) => String(at).padStart(64, '0');
const by = (current: Access | null, at = now): AccessChange => ({
  current,
  by: 'ada@example.com',
  now: at,
  note: null,
});

test('members are addresses and domains in lower case, and nothing else', () => {
  const good = [
    'email:a.b+c@sub.example.com',
    'domain:example.com',
    "email:o'neil@example.com",
    'email:a@p.iam.gserviceaccount.com',
  ];
  for (const member of good) assert.ok(readRoles({ owner, reader: [member] }).ok, member);

  const bad: readonly (readonly [unknown, string])[] = [
    ['ada@example.com', 'value'],
    ['email:Ada@example.com', 'value'],
    ['email:ada', 'value'],
    ['email:ada@localhost', 'value'],
    ['email:ada@example.com\nemail:bob@example.com', 'value'],
    ['email:<ada>@example.com', 'value'],
    ['email:ада@example.com', 'value'],
    ['domain:*', 'value'],
    ['domain:', 'value'],
    ['*', 'value'],
    [7, 'type'],
    ['domain:gserviceaccount.com', 'member_domain'],
    ['domain:acme.iam.gserviceaccount.com', 'member_domain'],
    [`email:${'a'.repeat(260)}@example.com`, 'value'],
  ];
  for (const [member, code] of bad) {
    const read = readRoles({ owner, reader: [member] });
    assert.deepEqual(codesOf(read), ['access_invalid', code], String(member));
  }
  assert.deepEqual(codesOf(readRoles({ owner, admin: [] })), ['access_invalid', 'key_unknown']);
  const crowd = Array.from({ length: 501 }, (_, at) => `email:a${at}@example.com`);
  assert.deepEqual(codesOf(readRoles({ owner: crowd, reader: crowd })), ['access_invalid', 'members_many']);
});

test('each change makes the next number and leaves the rest as it was', () => {
  const first = must(changeRoles({ ...by(null), expected: 0, roles: { ...noRoles, owner }, email: null }));
  const second = must(issueToken(by(first), request('ci'), hash(1)));
  const third = must(
    changeRoles({ ...by(second), expected: 2, roles: { ...noRoles, owner, editor: owner }, email: null }),
  );
  const fourth = must(revokeToken(by(third, now + 1), 'ci'));

  assert.deepEqual(
    [first, second, third, fourth].map(({ revision }) => revision.number),
    [1, 2, 3, 4],
  );
  assert.deepEqual(third.tokens, second.tokens);
  assert.deepEqual(fourth.revision.roles, third.revision.roles);
  assert.deepEqual(fourth.tokens[0]?.revokedAt, '2026-11-24T12:00:00.001Z');
  assert.deepEqual(Access.parse(fourth), fourth);
});

test('a token that has been dead for 30 days is forgotten with the next one, and no sooner', () => {
  const days = 86_400_000;
  const one = must(issueToken(by(null), request('old', 10), hash(1)));
  const still = must(issueToken(by(one, now + 40 * days - 1), request('next'), hash(2)));
  const gone = must(issueToken(by(one, now + 40 * days), request('next'), hash(2)));

  assert.deepEqual(
    [still, gone].map(({ tokens }) => tokens.map(({ name }) => name)),
    [['old', 'next'], ['next']],
  );
});

test('there is room for so many tokens, however long their names and labels, as the store takes in one document', () => {
  const label = 'x'.repeat(63);
  const labels = Object.fromEntries(Array.from({ length: 8 }, (_, at) => [label + at, label + at]));
  const email = `email:${'a'.repeat(64)}@${'b'.repeat(178)}.example.co`;
  const roles = { ...noRoles, owner: Array.from({ length: 1000 }, () => email) };
  let access: Access = must(changeRoles({ ...by(null), by: 'x'.repeat(320), expected: 0, roles, email: null }));
  for (let at = 0; at < maxTokens; at++) {
    const name = `t${String(at).padStart(62, '0')}`;
    access = must(issueToken({ ...by(access), by: 'x'.repeat(320) }, { ...request(name), labels }, hash(at)));
  }

  assert.ok(Buffer.byteLength(JSON.stringify(Access.parse(access))) < 1_000_000);
  assert.deepEqual(codesOf(issueToken(by(access), request('another'), hash(0))), ['access_invalid', 'tokens_many']);
});

test('what was granted and withdrawn is told by role and member', () => {
  const after = { ...noRoles, owner, reader: ['domain:example.com'] };

  assert.deepEqual(membersAdded(null, after), ['owner email:ada@example.com', 'reader domain:example.com']);
  assert.deepEqual(membersAdded(after, { ...after, editor: owner }), ['editor email:ada@example.com']);
  assert.deepEqual(membersAdded(after, after), []);
});

test('a wish says what it leaves out: a machine, no labels, 90 days', () => {
  assert.deepEqual(must(readTokenRequest({ name: 'ci' })), { name: 'ci', role: 'machine', labels: {}, days: 90 });
  const labels = Object.fromEntries(Array.from({ length: 9 }, (_, at) => [`l${at}`, 'x']));
  assert.deepEqual(codesOf(readTokenRequest({ name: 'ci', labels })), ['access_invalid', 'labels_many']);
});

function request(name: string, days = 90): TokenRequest {
  return TokenRequest.parse({ name, days });
}

function must<T>(result: Result<T | null>): T {
  if (!result.ok || result.value === null) return assert.fail(JSON.stringify(result));
  return result.value;
}

/** The fault and the first finding of it. */
function codesOf(result: Result<unknown>): readonly (string | undefined)[] {
  if (result.ok || result.fault.code !== 'access_invalid') return assert.fail(JSON.stringify(result));
  return [result.fault.code, result.fault.findings[0]?.code];
}

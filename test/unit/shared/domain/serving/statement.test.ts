// The texts that are signed: exact bytes, and no two things said by the same ones.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  isOrganisation,
  publicKeyOf,
  type Statement,
  statementText,
  type Voucher,
  validUntilOf,
  voucherText,
} from '../../../../../shared/domain/serving/statement.ts';
import { now } from '../../../../support/world.ts';

const statement: Statement = {
  organisation: 'acme.example',
  format: 'settings.json',
  revision: 41,
  sha256: 'ab'.repeat(32),
  validUntil: '2026-12-02T00:00:00Z',
};
const voucher: Voucher = {
  organisation: 'acme.example',
  key: '0123456789abcdef',
  sha256: 'cd'.repeat(32),
  validUntil: '2026-12-02T00:00:00Z',
};

describe('what is signed', () => {
  test('is these lines, for an answer', () => {
    assert.equal(
      statementText(statement),
      `pinward-statement-v1
organisation: acme.example
format: settings.json
revision: 41
sha256: ${'ab'.repeat(32)}
valid-until: 2026-12-02T00:00:00Z
`,
    );
  });

  test('is these lines, for a key', () => {
    assert.equal(
      voucherText(voucher),
      `pinward-key-v1
organisation: acme.example
key: 0123456789abcdef
sha256: ${'cd'.repeat(32)}
valid-until: 2026-12-02T00:00:00Z
`,
    );
  });

  test('gives back what it was made of, so no two statements or vouchers share a text', () => {
    fc.assert(
      fc.property(statements, vouchers, (said, vouched) => {
        const [title, organisation, format, revision, sha256, validUntil] = valuesOf(statementText(said));
        const [other, whose, key, hash, until] = valuesOf(voucherText(vouched));

        assert.deepEqual({ organisation, format, revision: Number(revision), sha256, validUntil }, said);
        assert.deepEqual({ organisation: whose, key, sha256: hash, validUntil: until }, vouched);
        assert.notEqual(title, other);
      }),
    );
  });

  test('differs wherever statements differ', () => {
    fc.assert(
      fc.property(statements, statements, (one, other) => {
        assert.equal(statementText(one) === statementText(other), JSON.stringify(one) === JSON.stringify(other));
      }),
    );
  });

  test('has no line but its own: a value with a line break is refused', () => {
    const broken = fc
      .tuple(fc.string({ unit: 'grapheme' }), fc.constantFrom('\n', '\r', '\r\n', '\0', '\u0085'), fc.string())
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(broken, fc.constantFrom('organisation', 'format', 'sha256', 'validUntil'), (value, field) => {
        assert.throws(() => statementText({ ...statement, [field]: value }), /control character/);
      }),
    );
    fc.assert(
      fc.property(broken, fc.constantFrom('organisation', 'key', 'sha256', 'validUntil'), (value, field) => {
        assert.throws(() => voucherText({ ...voucher, [field]: value }), /control character/);
      }),
    );
  });
});

test('an organisation is a word that lines, headers and shells carry as it is', () => {
  for (const name of ['local', 'acme.example', 'ACME_2', '1', 'x'.repeat(100)]) assert.ok(isOrganisation(name), name);
  const refused = [
    '',
    'acme\n',
    '\nacme',
    'a\rb',
    'two words',
    ' a',
    'é',
    '-n',
    '.',
    'a:b',
    "a'b",
    '*',
    'x'.repeat(101),
  ];
  for (const name of refused) assert.ok(!isOrganisation(name), JSON.stringify(name));
});

test('an answer may be trusted for seven days after its own', () => {
  assert.equal(validUntilOf(now), '2026-12-02T00:00:00Z');
  assert.equal(validUntilOf(Date.parse('2026-11-24T00:00:00.000Z')), '2026-12-02T00:00:00Z');
  assert.equal(validUntilOf(Date.parse('2026-11-24T23:59:59.999Z')), '2026-12-02T00:00:00Z');
  assert.equal(validUntilOf(Date.parse('2026-11-25T00:00:00.000Z')), '2026-12-03T00:00:00Z');
  assert.equal(validUntilOf(Date.parse('2026-12-25T12:00:00.000Z')), '2027-01-02T00:00:00Z');
});

test('a key is named by the start of the hash of its bytes', () => {
  const der = Buffer.from('any bytes');
  const sha256 = createHash('sha256').update(der).digest('hex');

  assert.deepEqual(publicKeyOf(der), { id: sha256.slice(0, 16), sha256, der });
});

const word = fc.string({ unit: 'grapheme' }).filter((text) => !/\p{Cc}/u.test(text));
const plain = { noNullPrototype: true };
const statements: fc.Arbitrary<Statement> = fc.record(
  { organisation: word, format: word, revision: fc.nat(), sha256: word, validUntil: word },
  plain,
);
const vouchers: fc.Arbitrary<Voucher> = fc.record(
  { organisation: word, key: word, sha256: word, validUntil: word },
  plain,
);

/** The title, and then what stands behind each name. */
function valuesOf(text: string): readonly string[] {
  const lines = text.split('\n');
  assert.equal(lines.pop(), '');
  return lines.map((line, at) => (at === 0 ? line : line.slice(line.indexOf(': ') + 2)));
}

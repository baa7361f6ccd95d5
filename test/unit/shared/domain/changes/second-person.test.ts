// When a second person is needed, and who may be one.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { checkSecondPerson, needsSecondPerson } from '../../../../../shared/domain/changes/second-person.ts';
import { policy } from '../../../../support/invented.ts';

describe('a second person', () => {
  test('is needed only where the policy says so', () => {
    assert.equal(needsSecondPerson(policy({ secondPerson: true })), true);
    assert.equal(needsSecondPerson(policy({ secondPerson: false })), false);
    assert.equal(needsSecondPerson(policy()), false);
    assert.equal(needsSecondPerson(null), false, 'before the first policy');
  });

  test('is anybody but the author', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (author, approver) => {
        const checked = checkSecondPerson(author, approver);

        assert.equal(checked.ok, author !== approver);
      }),
      { examples: [['ada', 'ada']] },
    );
    assert.deepEqual(checkSecondPerson('ada', 'ada'), {
      ok: false,
      fault: { code: 'second_person_needed', proposedBy: 'ada' },
    });
  });
});

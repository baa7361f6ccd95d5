// From one revision to the next.

import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { movePin, nextRevision, type RevisionInput } from '../../../../../shared/domain/changes/next-revision.ts';
import type { Policy } from '../../../../../shared/domain/policy/policy.ts';
import type { Revision } from '../../../../../shared/domain/serving/revision.ts';
import { idsOf, policy, policyOfRing } from '../../../../support/invented.ts';
import { revision as anyRevision } from '../../../../support/world.ts';

const now = '2031-05-01T12:00:00.000Z';
const current = anyRevision({ number: 7, policy: policy() });
const other = policy({ location: 'us-east5' });
const broken = policyOfRing({ pins: { opus: { model: 'claude-opus-99' }, sonnet: { model: 'claude-sonnet-90' } } });

test('the first revision is number 1 and changes everything', () => {
  const planned = nextRevision(input({ current: null, expected: 0, note: 'hello' }));
  const revision = anyRevision({ number: 1, policy: policy(), by: 'ada', at: now, note: 'hello' });
  assert.deepEqual(planned, { ok: true, value: { revision, changes: [{ path: '', to: policy() }], findings: [] } });
});

test('a change makes the next revision, with who, when, why and what', () => {
  const revision = anyRevision({ number: 8, policy: other, by: 'ada', at: now, note: null });
  const changes = [{ path: '/location', from: 'global', to: 'us-east5' }];
  for (const expected of [7, 'any'] as const) {
    assert.deepEqual(nextRevision(input({ policy: other, expected })), {
      ok: true,
      value: { revision, changes, findings: [] },
    });
  }
});

test('whoever saw another revision than the one that stands is told both numbers', () => {
  for (const expected of [0, 6, 8]) {
    assert.deepEqual(nextRevision(input({ policy: other, expected })), {
      ok: false,
      fault: { code: 'revision_conflict', expected, current: 7 },
    });
  }
  assert.deepEqual(nextRevision(input({ current: null, expected: 3 })), {
    ok: false,
    fault: { code: 'revision_conflict', expected: 3, current: 0 },
  });
});

test('a policy that already reads so makes no revision, not even for who saw another one', () => {
  for (const expected of [7, 3, 'any'] as const) {
    assert.deepEqual(nextRevision(input({ expected })), {
      ok: true,
      value: { revision: null, changes: [], findings: [] },
    });
  }
});

test('lint errors stop a change, and warnings only come with it', () => {
  const stopped = nextRevision(input({ policy: broken }));
  assert.ok(!stopped.ok && stopped.fault.code === 'policy_invalid');
  assert.deepEqual(
    stopped.fault.findings.map(({ code }) => code),
    ['model_unknown'],
  );
  const warned = nextRevision(input({ policy: policyOfRing({ pins: { opus: { model: 'claude-opus-92' } } }) }));
  assert.ok(warned.ok && warned.value.revision?.number === 8);
  assert.deepEqual(
    warned.value.findings.map(({ code }) => code),
    ['pins_incomplete'],
  );
});

test('a conflict is told before lint errors, which the author may not have made', () => {
  const planned = nextRevision(input({ policy: broken, expected: 6 }));
  assert.equal(planned.ok ? null : planned.fault.code, 'revision_conflict');
});

test('a restore reports lint errors and is not stopped by them', () => {
  const restored = nextRevision(input({ policy: broken, restores: 3 }));
  assert.ok(restored.ok);
  assert.deepEqual([restored.value.revision?.number, restored.value.revision?.restores], [8, 3]);
  assert.deepEqual(
    restored.value.findings.map(({ code }) => code),
    ['model_unknown'],
  );
});

test('a restore of what stands makes no revision', () => {
  const restored = nextRevision(input({ restores: 3 }));
  assert.ok(restored.ok && restored.value.revision === null);
});

test('the lint is of the day of the change', () => {
  const retiring = policy({
    models: [...policy().models, { id: 'claude-opus-92', retirement: { kind: 'shut', date: '2031-05-01' } }],
  });
  assert.equal(nextRevision(input({ policy: retiring, now: '2031-04-30T23:59:59.999Z' })).ok, true);
  assert.equal(nextRevision(input({ policy: retiring, now: '2031-05-01T00:00:00.000Z' })).ok, false);
});

test('moving a pin replaces that pin of that ring and nothing else', () => {
  const before = frozen(policy());
  const moved = movePin(before, 'everyone', 'opus', { model: 'claude-opus-91', context1m: true });
  assert.ok(moved.ok);
  const expected = policyOfRing({
    pins: { ...before.rings[0]?.pins, opus: { model: 'claude-opus-91', context1m: true } },
  });
  assert.deepEqual(moved.value, expected);
});

test('a pin can be added to a ring that had none of its family', () => {
  const moved = movePin(policyOfRing({ pins: {} }), 'everyone', 'fable', { model: 'claude-fable-90' });
  assert.deepEqual(moved, { ok: true, value: policyOfRing({ pins: { fable: { model: 'claude-fable-90' } } }) });
});

test('moving a pin that is not there or not right says which of the two', async (t) => {
  const pin = { model: 'claude-opus-91' };
  const rows = [
    ['nobody', 'opus', pin, { code: 'ring_unknown', ring: 'nobody', rings: ['everyone'] }],
    ['__proto__', 'opus', pin, { code: 'ring_unknown', ring: '__proto__', rings: ['everyone'] }],
    ['everyone', 'mythos', pin, { code: 'family_unknown', family: 'mythos' }],
    ['everyone', '__proto__', pin, { code: 'family_unknown', family: '__proto__' }],
  ] as const;
  for (const [ringName, family, draft, fault] of rows) {
    await t.test(`${ringName}/${family}`, () =>
      assert.deepEqual(movePin(policy(), ringName, family, draft), { ok: false, fault }),
    );
  }
  const unread = movePin(policy(), 'everyone', 'opus', { model: 'opus', x: 1 });
  assert.ok(!unread.ok && unread.fault.code === 'policy_invalid');
  assert.deepEqual(
    unread.fault.findings.map(({ code, path }) => `${code} ${path}`),
    ['model_id /model', 'key_unknown /x'],
  );
});

test('whatever is asked in whatever order, numbers grow by one and no revision changes once it is made', () => {
  const model = fc.constantFrom(...idsOf.opus, 'claude-opus-99');
  const request = fc.record({
    model,
    expected: fc.oneof(fc.nat(6), fc.constant('any' as const)),
    restores: fc.option(fc.nat(5)),
  });
  fc.assert(
    fc.property(fc.array(request, { maxLength: 12 }), (wishes) => {
      const made: Revision[] = [frozen(anyRevision({ policy: policy() }))];
      for (const { model: id, expected, restores } of wishes) {
        const current = made.at(-1) ?? null;
        const old = restores === null ? undefined : made[restores];
        const draft = old?.policy ?? policyOfRing({ pins: { opus: { model: id } } });
        const planned = nextRevision(
          input({ current, policy: frozen(draft), expected, restores: old?.number ?? null }),
        );
        if (planned.ok && planned.value.revision !== null) made.push(frozen(planned.value.revision));
      }
      assert.deepEqual(
        made.map(({ number }) => number),
        made.map((_, at) => at + 1),
      );
    }),
  );
});

function input(over: Partial<RevisionInput>): RevisionInput {
  const request = { current: frozen(current), expected: 7, policy: policy(), restores: null, forced: null };
  const stated = over.policy ?? request.policy;
  const rollouts = (over.restores ?? null) === null ? ((over.current ?? request.current)?.rollouts ?? []) : [];
  const author = { approvedBy: null, matrix: null, by: 'ada', now, note: null, catalogue: [], starts: 0 };
  return { ...request, ...author, stated, rollouts, ...over };
}

/** The same value, in which a write throws. */
function frozen<T extends Policy | Revision>(value: T): T {
  freeze(value);
  return value;
}

function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  Object.freeze(value);
  Object.values(value).forEach(freeze);
}

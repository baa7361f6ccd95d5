// Contract, last part: random histories of commits on two handles, against the simplest store there could be.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Write } from '../../../shared/ports.ts';
import { faultOf, must, type Open, type Size, type TestStore, writeJournal } from '../../support/stores.ts';

const ids = ['a', 'b', 'c', 'd'] as const;
type Id = (typeof ids)[number];

/**
 * `removed` takes the document away; the others are what a put expects. `current` and `older` stand for the last and the
 * last but one of all versions that this document ever had, removed or not; for `absent` where there are fewer.
 */
interface Wish {
  readonly id: Id;
  readonly expect: 'removed' | 'absent' | 'any' | 'current' | 'older';
}
interface Step {
  readonly handle: 'store' | 'other';
  readonly wishes: readonly Wish[];
}

const wish = fc.record<Wish>({
  id: fc.constantFrom(...ids),
  expect: fc.constantFrom('removed', 'absent', 'any', 'current', 'older'),
});
const step = fc.record<Step>({
  handle: fc.constantFrom('store', 'other'),
  wishes: fc.uniqueArray(wish, { selector: ({ id }) => id, minLength: 1 }),
});

/** A document's number, null when it isn't there, and all versions that it ever had, the newest last. */
interface Entry {
  readonly seq: number | null;
  readonly versions: readonly string[];
}
type Model = ReadonlyMap<Id, Entry>;

const nothing: Entry = { seq: null, versions: [] };

export function testHistories(open: Open, { runs }: Size): void {
  test(`${runs} random histories leave what a map would hold`, async () => {
    const property = fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      await using opened = await open();
      let model: Model = new Map();
      for (const [at, each] of steps.entries()) model = await play(opened, model, each, at + 1);
    });
    await fc.assert(property, { numRuns: runs });
  });
}

/** Commits the step, holds answer and outcome against the model, and answers the model after it. */
async function play(opened: TestStore, model: Model, { handle, wishes }: Step, seq: number): Promise<Model> {
  const refused = wishes.filter((each) => !isFulfilled(model, each)).map(({ id }) => `chainHead/${id}`);

  const fault = await faultOf(opened[handle].commit(wishes.map((each) => toWrite(model, each, seq))));

  if (refused.length === 0) assert.equal(fault, null);
  else if (fault?.code !== 'write_conflict') assert.fail(`expected a conflict, got ${JSON.stringify(fault)}`);
  else assert.ok(refused.includes(fault.document), `${fault.document} was as expected`);

  const stored = await must(opened.store.list('chainHead', { order: 'ascending', limit: 100 }));
  const next = new Map<Id, Entry>();
  for (const id of ids) {
    const { seq: before, versions } = model.get(id) ?? nothing;
    const wished: Wish | undefined = fault === null ? wishes.find((each) => each.id === id) : undefined;
    const found = stored.find((each) => each.id === id);
    const expected: number | null = wished === undefined ? before : wished.expect === 'removed' ? null : seq;
    assert.equal(found?.value.seq ?? null, expected);
    const isNew = found !== undefined && !versions.includes(found.version);
    assert.equal(isNew, wished !== undefined && expected !== null, 'a version is new with each write and only then');
    next.set(id, { seq: expected, versions: isNew ? [...versions, found.version] : versions });
  }
  return next;
}

function toWrite(model: Model, { id, expect }: Wish, seq: number): Write {
  if (expect === 'removed') return { kind: 'chainHead', id, remove: true };
  if (expect === 'absent' || expect === 'any') return writeJournal(id, seq, expect);
  const version = model.get(id)?.versions.at(expect === 'current' ? -1 : -2);
  return writeJournal(id, seq, version === undefined ? 'absent' : { version });
}

function isFulfilled(model: Model, { id, expect }: Wish): boolean {
  const { seq, versions } = model.get(id) ?? nothing;
  if (expect === 'removed' || expect === 'any') return true;
  if (expect === 'current' && versions.length > 0) return seq !== null;
  if (expect === 'older' && versions.length > 1) return false;
  return seq === null;
}

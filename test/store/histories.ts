// Contract, last part: random histories of commits on two handles, against the simplest store there could be.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Write } from '../../shared/ports.ts';
import { faultOf, must, type Open, type Size, type TestStore, writeJournal } from './stores.ts';

const ids = ['a', 'b', 'c', 'd'] as const;
type Id = (typeof ids)[number];

/** `current` and `older` stand for a version of that document as the test has seen it, where there is one. */
interface Wish {
  readonly id: Id;
  readonly expect: 'absent' | 'any' | 'current' | 'older';
}
interface Step {
  readonly handle: 'store' | 'other';
  readonly wishes: readonly Wish[];
}

const wish = fc.record<Wish>({
  id: fc.constantFrom(...ids),
  expect: fc.constantFrom('absent', 'any', 'current', 'older'),
});
const step = fc.record<Step>({
  handle: fc.constantFrom('store', 'other'),
  wishes: fc.uniqueArray(wish, { selector: ({ id }) => id, minLength: 1 }),
});

/** A document's value, and the versions that it has had, the present one last. */
interface Entry {
  readonly seq: number;
  readonly versions: readonly string[];
}
type Model = ReadonlyMap<Id, Entry>;

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
  const refused = wishes.filter((each) => !isFulfilled(model, each)).map(({ id }) => `journal/${id}`);

  const fault = await faultOf(opened[handle].commit(wishes.map((each) => toWrite(model, each, seq))));

  if (refused.length === 0) assert.equal(fault, null);
  else if (fault?.code !== 'write_conflict') assert.fail(`expected a conflict, got ${JSON.stringify(fault)}`);
  else assert.ok(refused.includes(fault.document), `${fault.document} was as expected`);

  const written = new Set(fault === null ? wishes.map(({ id }) => id) : []);
  const next = new Map<Id, Entry>();
  for (const { id, version, value } of await listAll(opened)) {
    const before = model.get(id);
    const isWritten = written.has(id);
    assert.equal(value.seq, isWritten ? seq : before?.seq);
    assert.equal(before?.versions.includes(version) ?? false, !isWritten, 'a version tells writes apart');
    const versions = [...(before?.versions ?? []).filter((each) => each !== version), version];
    next.set(id, { seq: value.seq, versions });
  }
  assert.deepEqual([...next.keys()], [...new Set([...model.keys(), ...written])].toSorted());
  return next;
}

async function listAll({ store }: TestStore) {
  const stored = await must(store.list('journal', { order: 'ascending', limit: 100 }));
  return stored.map(({ id, ...rest }) => ({ ...rest, id: ids.find((each) => each === id) ?? assert.fail(id) }));
}

function toWrite(model: Model, { id, expect }: Wish, seq: number): Write {
  if (expect === 'absent' || expect === 'any') return writeJournal(id, seq, expect);
  const version = model.get(id)?.versions.at(expect === 'current' ? -1 : -2);
  return writeJournal(id, seq, version === undefined ? 'absent' : { version });
}

function isFulfilled(model: Model, { id, expect }: Wish): boolean {
  const versions = model.get(id)?.versions ?? [];
  switch (expect) {
    case 'any':
      return true;
    case 'absent':
      return versions.length === 0;
    case 'current':
      return true;
    case 'older':
      return versions.length === 0;
  }
}

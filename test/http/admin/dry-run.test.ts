// Dry runs: every call that changes something, tried on a world in which it has something to do. A dry run answers what the
// call answers then, and leaves every document of the store as it was.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Kind, schemas } from '../../../shared/domain/documents.ts';
import { silentLog } from '../../support/silent-log.ts';
import { must } from '../../support/stores.ts';
import { type Operation, operationAt, operationsOf } from '../fuzz/document.ts';
import { tourOf } from '../fuzz/tour.ts';
import { openWorld, type World } from '../fuzz/world.ts';

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

describe('a dry run of every call that changes something', () => {
  let world: World;
  let operations: readonly Operation[];
  const tried = new Map<string, readonly [dry: Answer, real: Answer]>();

  before(async () => {
    world = await openWorld(silentLog);
    const document = await fetch(`http://127.0.0.1:${world.port}/openapi.json`);
    operations = operationsOf(await document.json());
  });
  after(() => world.close());

  test('changes no document, and answers as the call does', async () => {
    for (const { method, target, headers, body } of tourOf(operations)) {
      if (method === 'GET' || target === '/v1/reports') continue;
      const ask = async (asked: string): Promise<Answer> => {
        const response = await fetch(`http://127.0.0.1:${world.port}${asked}`, {
          method,
          headers: headers.map(([name, value]) => [name, value]),
          body,
        });
        return { status: response.status, body: await response.json() };
      };
      world.service.time += 1_000;
      const stood = await everything();
      const dry = await ask(`${target}${target.includes('?') ? '&' : '?'}dry-run`);
      assert.deepEqual(await everything(), stood, `${method} ${target}`);
      const real = await ask(target);
      assert.ok(dry.status === 200 && real.status < 300, `${method} ${target}: ${JSON.stringify([dry, real])}`);
      tried.set(operationAt(operations, method, target)?.operationId ?? target, [dry, real]);
      // A change that waits for somebody is shown as it would be with an approval.
      if (real.status === 200)
        assert.deepEqual(withoutChance(dry.body), withoutChance(real.body), `${method} ${target}`);
    }
  });

  test('was tried of each call of the OpenAPI document', () => {
    const changing = operations.filter(({ method, path }) => method !== 'GET' && path !== '/v1/reports');
    assert.deepEqual([...tried.keys()].toSorted(), changing.map(({ operationId }) => operationId).toSorted());
  });

  test('of a token shows none', () => {
    const [dry, real] = tried.get('issueToken') ?? [];
    assert.match(JSON.stringify(dry?.body), /"token":""/);
    assert.doesNotMatch(JSON.stringify(real?.body), /"token":""/);
  });

  /** Every document of the store, with its version. */
  async function everything(): Promise<unknown> {
    // The keys of a constant object are its type's.
    const kinds = Object.keys(schemas) as Kind[];
    const lists = kinds.map((kind) => must(world.store.list(kind, { order: 'ascending', limit: 200 })));
    return Object.fromEntries((await Promise.all(lists)).map((list, at) => [kinds[at], list]));
  }
});

/** A token is random, and a dry run shows none. */
function withoutChance(body: unknown): unknown {
  return JSON.parse(JSON.stringify(body, (key, value) => (key === 'token' ? '' : value)));
}

// Thousands of lives of upgrades and rollouts, on the embedded store; some on Firestore in life-firestore.test.ts.

import { test } from 'node:test';
import { openSqlite } from '../../shared/adapters/sqlite.ts';
import { checkLives } from './life.ts';

test('whatever admins, probes and time do, what must hold holds', { timeout: 300_000 }, async () => {
  await checkLives(
    async () => {
      const store = openSqlite(':memory:');
      return { store, [Symbol.asyncDispose]: () => store.close() };
    },
    Number(process.env['LIVES'] ?? 200),
  );
});

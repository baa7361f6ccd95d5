// Lives of upgrades and rollouts on the embedded store; LIVES says how many, and LIVES_SEED which.

import { test } from 'node:test';
import { openSqlite } from '../../../shared/adapters/sqlite.ts';
import { testKeys } from '../../support/document-keys.ts';
import { checkLives } from './life.ts';

test('whatever admins, probes and time do, what must hold holds', async () => {
  await checkLives(
    async () => {
      const store = openSqlite(':memory:', testKeys);
      return { store, [Symbol.asyncDispose]: () => store.close() };
    },
    Number(process.env['LIVES'] ?? 300),
    Number(process.env['LIVES_SEED'] ?? 1),
  );
});

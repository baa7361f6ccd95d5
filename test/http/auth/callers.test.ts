// The table: every call of the API by every role, and with everything that can be wrong with a credential.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { isAtLeast, type Role, roles } from '../../../shared/domain/access/roles.ts';
import { asAdmin, asMachine } from '../../support/service.ts';
import { bindRoles, startWorld, type World } from './callers-world.ts';
import { defectsIn } from './defects.ts';

interface Call {
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  /** Null where the OpenAPI document says that anybody may. */
  readonly needs: Role | null;
}

/** Calls that need another role than reading (reader) and changing (editor) do. */
const exceptions: Readonly<Record<string, Role>> = {
  report: 'machine',
  approveUpgrade: 'approver',
  approveProposal: 'approver',
  thaw: 'approver',
  breakGlass: 'owner',
  putAccess: 'owner',
  listTokens: 'owner',
  issueToken: 'owner',
  revokeToken: 'owner',
};
const anonymous = [
  ...['/openapi.json', '/healthz', '/v1/health', '/v1/keys', '/v1/keys.pem', '/v1/keys.txt'],
  ...['/install.sh', '/install.ps1', '/agents/1'],
];

describe('who may do what', () => {
  let world: World;
  let calls: readonly Call[];

  before(async () => {
    world = await startWorld();
    await world.service.state();
    await bindRoles(world);
    calls = await readCalls(world);
  });
  after(() => world.close());

  test('only health, the public keys, the agents and the contract are for anybody', async () => {
    const open = new Set(calls.filter(({ needs }) => needs === null).map(({ path }) => path));

    assert.ok(open.has('/healthz'));
    assert.deepEqual(
      [...open].filter((path) => !anonymous.includes(path)),
      [],
    );
    for (const path of open) {
      const { status } = await world.call('GET', path);
      assert.ok(status !== 401 && status !== 403, `${path} answered ${status}`);
    }
  });

  for (const role of roles) {
    test(`a ${role} may call what needs its role or less, and nothing else`, async () => {
      const environmentTokens = await world.as(`${role}@example.com`);

      for (const { operation, method, path, needs } of calls) {
        const { status, code, text } = await world.call(method, path, environmentTokens);
        const isRefused = code === 'forbidden';
        assert.notEqual(status, 401, `${operation}: ${text}`);
        assert.equal(isRefused, needs !== null && !isAtLeast(role, needs), `${operation} for a ${role}: ${text}`);
        assert.equal(isRefused, status === 403, `${operation} for a ${role}: ${text}`);
      }
    });
  }

  test('the tokens of the environment are machine and owner', async () => {
    for (const { operation, method, path, needs } of calls) {
      const asked = await world.call(method, path, asMachine);
      const admin = await world.call(method, path, asAdmin);
      assert.equal(asked.code === 'forbidden', needs !== null && needs !== 'machine', operation);
      assert.ok(admin.status !== 401 && admin.status !== 403, `${operation}: ${admin.text}`);
    }
  });

  test('HEAD is no way around GET', async () => {
    for (const { method, path, needs } of calls.filter((each) => each.method === 'GET' && each.needs !== null)) {
      assert.equal((await world.call('HEAD', path)).status, 401, path);
      const asked = await world.call('HEAD', path, asMachine);
      assert.equal(asked.status === 403, needs !== 'machine', `${method} ${path}`);
    }
  });

  test('whatever is wrong with a credential, every call that needs one says so, and every other answers as without', async (t) => {
    const defects = await defectsIn(world);
    assert.ok(calls.length > 20 && defects.length > 40);
    for (const { what, headers, expected } of defects) {
      await t.test(what, async () => {
        for (const { operation, method, path, needs } of calls) {
          const { status, code, title, text } = await world.call(method, path, headers);
          if (needs === null) assert.equal(status, (await world.call(method, path)).status, `${operation}: ${text}`);
          else assert.deepEqual([status, code, title], expected, `${operation}: ${text}`);
        }
      });
    }
  });
});

/** Every call, from the document that is made of the app's own table, and that document itself. */
async function readCalls(world: World): Promise<readonly Call[]> {
  const { text } = await world.call('GET', '/openapi.json', asAdmin);
  const paths: Record<string, Record<string, { operationId: string; security?: unknown[] }>> = JSON.parse(text).paths;
  const listed = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([verb, { operationId: operation, security }]) => {
      const method = verb.toUpperCase();
      const usual = method === 'GET' ? (path.startsWith('/v1/pins') ? 'machine' : 'reader') : 'editor';
      const needs = security === undefined ? (exceptions[operation] ?? usual) : null;
      return { operation, method, path: path.replaceAll(/\{\w+\}/g, '1'), needs } as const;
    }),
  );
  return [...listed, { operation: 'openapi', method: 'GET', path: '/openapi.json', needs: null }];
}

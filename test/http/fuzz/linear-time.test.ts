// Linear time: twice as much of anything in a request takes at most twice the processor time, with room for noise.
// Quadratic time would be four times as much.

import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { createAdoption } from '../../../functions/adoption/adoption.ts';
import { createPolicyCache } from '../../../functions/api/polls/policy-cache.ts';
import { negotiateFormat } from '../../../functions/api/polls/render/formats.ts';
import { traceOf } from '../../../functions/log.ts';
import { openSqlite } from '../../../shared/adapters/sqlite.ts';
import { diffPolicies } from '../../../shared/domain/changes/diff.ts';
import { ok } from '../../../shared/domain/fault.ts';
import { listLocations } from '../../../shared/domain/models/location.ts';
import { isAllowedBy } from '../../../shared/domain/serving/allow-list.ts';
import { appOfInstance } from '../../support/app-of-instance.ts';
import { testKeys } from '../../support/document-keys.ts';
import { adminToken, type Service, startService } from '../../support/service.ts';
import { silentLog } from '../../support/silent-log.ts';
import { draft, now } from '../../support/world.ts';
import { listen, portOf } from '../traffic/listen.ts';
import { assertLinear, cpuOf } from './assert-linear.ts';
import { type Client, costSince, openClient } from './client.ts';
import { largeBodies } from './large-bodies.ts';
import type { Asked } from './requests.ts';

/** Each makes text of about `length` characters. */
const longTexts: Readonly<Record<string, (length: number) => string>> = {
  spaces: (length) => `a${' '.repeat(length)}b`,
  tabs: (length) => `a${'\t'.repeat(length)};b`,
  commas: (length) => ','.repeat(length),
  semicolons: (length) => `a${';'.repeat(length)}b`,
  'spaced semicolons': (length) => `a${' ; '.repeat(length / 3)}b`,
  ranges: (length) => 'a/*;q=0,'.repeat(length / 8),
  quotes: (length) => '"'.repeat(length),
  tags: (length) => 'W/"1", '.repeat(length / 7),
  digits: (length) => '1'.repeat(length),
  dots: (length) => `Bearer ${'a.'.repeat(length / 2)}`,
  letters: (length) => `application/${'a'.repeat(length)}`,
  'spaces after a type': (length) => `application/json${' '.repeat(length)}x`,
};
const headers = [
  'Accept',
  'Content-Type',
  'Content-Encoding',
  'If-None-Match',
  'If-Match',
  'Authorization',
  'X-Goog-IAP-JWT-Assertion',
  'traceparent',
  'X-Cloud-Trace-Context',
];
const targets: Readonly<Record<string, (length: number) => string>> = {
  'parameters without a value': (length) => `/v1/policy?${'a&'.repeat(length / 2)}`,
  'parameters with an escape': (length) => `/v1/policy?${'a%20&'.repeat(length / 5)}`,
  'separators of parameters': (length) => `/v1/policy?${'&='.repeat(length / 2)}`,
  'a long flag': (length) => `/v1/policy?dry-run=${'1'.repeat(length)}`,
  'a long number': (length) => `/v1/events?before=${'1'.repeat(length)}`,
  'a long label': (length) => `/v1/explain?label=${'a'.repeat(length)}`,
  'a long address': (length) => `/v1/explain?email=${'a.'.repeat(length / 2)}`,
  'a long host of an address': (length) => `/v1/explain?email=a@${'a-.'.repeat(length / 3)}`,
  'a long time': (length) => `/v1/explain?at=2026-11-24T12:00:00.${'0'.repeat(length)}`,
  'a long version': (length) => `/v1/explain?cli=2.1.3+${'a'.repeat(length)}`,
  'a long path': (length) => `/v1/rings/${'a'.repeat(length)}/pins/opus`,
  slashes: (length) => `/v1/rings${'/'.repeat(length)}`,
  'escapes in a path': (length) => `/v1/revisions/${'%zz'.repeat(length / 3)}`,
  'a long query of a poll': (length) => `/v1/pins?${'a&'.repeat(length / 2)}`,
};

suite('twice the input takes at most twice the time', () => {
  let service: Service;
  let client: Client;
  const policy = (over = {}) => draft({ secondPerson: true, ...over });

  before(async () => {
    service = startService();
    await service.state(policy());
    await listen(service.server);
    client = openClient(portOf(service.server));
  });

  after(async () => {
    client.close();
    service.server.closeAllConnections();
    service.server.close();
    await service.close();
  });

  async function costOf(asked: Asked): Promise<number> {
    service.time += 1_000; // The caller's rate limit
    const answer = await client.ask(asked);
    assert.ok(answer !== null && answer.status < 500, `${answer?.status} ${answer?.body.slice(0, 500)}`);
    return answer.cost;
  }

  for (const name of headers) {
    test(`in the header ${name}`, async () => {
      const own = name === 'Authorization' ? [] : [['Authorization', `Bearer ${adminToken}`] as const];
      for (const [what, textOf] of Object.entries(longTexts)) {
        for (const target of ['/v1/pins', '/v1/policy?dry-run']) {
          const method = target === '/v1/pins' ? 'GET' : 'PUT';
          await assertLinear(`${name} of ${what} at ${target}`, (size) =>
            costOf({ method, target, headers: [...own, [name, textOf(7_000 * size)]], body: null }),
          );
        }
      }
    });
  }

  test('in a path or a query', async () => {
    for (const [what, targetOf] of Object.entries(targets)) {
      await assertLinear(what, (size) => {
        const headers = [['Authorization', `Bearer ${adminToken}`]] as const;
        return costOf({ method: 'GET', target: targetOf(7_000 * size), headers: [...headers], body: null });
      });
    }
  });

  for (const [what, bodyOf] of Object.entries(largeBodies)) {
    test(`in a policy with ${what}`, async () => {
      const bodies = [1, 2].map((size) => JSON.stringify(policy(bodyOf(size / 2))));
      await assertLinear(what, (size) => {
        const headers: [string, string][] = [
          ['Authorization', `Bearer ${adminToken}`],
          ['Content-Type', 'application/json'],
          ['If-Match', '*'],
        ];
        return costOf({ method: 'PUT', target: '/v1/policy?dry-run', headers, body: bodies[size - 1] ?? '' });
      });
    });
  }

  test('in the comparison of policies with a long key', async () => {
    const policyOf = (size: number, value: number) => ({
      ['k'.repeat(10_000 * size)]: Object.fromEntries(Array.from({ length: 1_000 * size }, (_, at) => [at, value])),
    });
    await assertLinear('changes', (size) =>
      cpuOf(() => JSON.stringify(diffPolicies(policyOf(size, 1), policyOf(size, 2)))),
    );
  });

  test('in an allow list that is asked about more pins, and in locations that more pins name', async () => {
    await assertLinear('pins and entries', (size) => {
      const list = Array.from({ length: 1_000 * size }, (_, at) => `claude-opus-4-${at}`);
      return cpuOf(() => list.filter(() => isAllowedBy(list, 'claude-opus-9-9')));
    });
    await assertLinear('pins and locations', (size) => {
      const locations = Array.from({ length: 2_000 * size }, (_, at) => `europe-west${at}`);
      return cpuOf(() => locations.map(() => listLocations(locations)));
    });
  });

  test('in a query that is longer than Node lets through', async () => {
    const store = openSqlite(':memory:', testKeys);
    const clock = () => now;
    const adoption = createAdoption({ store, clock, log: silentLog });
    const policyCache = createPolicyCache(store, clock);
    const app = appOfInstance({ store, policyCache, adoption, clock, log: silentLog });
    const caller = ok({ name: 'ada', role: 'owner', email: null, labels: {} } as const);
    for (const [what, targetOf] of Object.entries(targets)) {
      await assertLinear(`${what}, to the app`, async (size) => {
        const request = new Request(`http://localhost${targetOf(150_000 * size)}`);
        const before = process.cpuUsage();
        await app.fetch(request, { caller });
        return costSince(before);
      });
    }
    await store.close();
  });

  test('in headers that are longer than Node lets through', async () => {
    for (const [what, textOf] of Object.entries(longTexts)) {
      await assertLinear(`Accept of ${what}`, (size) => cpuOf(() => negotiateFormat(textOf(20_000 * size))));
      await assertLinear(`traceparent of ${what}`, (size) =>
        cpuOf(() =>
          traceOf({ traceparent: textOf(200_000 * size), 'x-cloud-trace-context': textOf(200_000 * size) }, 'p'),
        ),
      );
    }
  });
});

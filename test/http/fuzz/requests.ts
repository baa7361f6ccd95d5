// Requests for each operation of the document: fitting ones, spoilt ones, and every defect of a credential.

import fc from 'fast-check';
import { rolloutPolicy } from '../../support/rollout-fleet.ts';
import { adminToken, machineToken } from '../../support/service.ts';
import type { Document, Operation } from './document.ts';
import { fromSchema } from './from-schema.ts';
import { deepList, deepObject, hostileBody, hostileText, hostileValue, marker } from './hostile.ts';

export interface Asked {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string | null;
}

const unsigned = `${btoa('{"alg":"none"}')}.${btoa('{"sub":"ada"}')}.`.replaceAll('=', '');
const credentialDefects: readonly (readonly (readonly [string, string])[])[] = [
  [],
  [['Authorization', '']],
  [['Authorization', 'Bearer ']],
  [['Authorization', 'Bearer']],
  [['Authorization', adminToken]],
  [['Authorization', `Basic ${btoa(`admin:${adminToken}`)}`]],
  [['Authorization', `Bearer ${adminToken} x`]],
  [['Authorization', `Bearer ${adminToken.slice(0, -1)}`]],
  [['Authorization', `Bearer ${adminToken.toUpperCase()}`]],
  [['Authorization', `Bearer ${'x'.repeat(5_000)}`]],
  [['Authorization', `Bearer ${marker}`]],
  [['Authorization', `Bearer pinward_${'A'.repeat(43)}`]],
  [['Authorization', `Bearer ${unsigned}`]],
  [['Authorization', `Bearer ${adminToken}, Bearer ${adminToken}`]],
  [
    ['Authorization', `Bearer ${adminToken}`],
    ['Authorization', 'Bearer other'],
  ],
  [['X-Goog-IAP-JWT-Assertion', unsigned]],
  [
    ['Authorization', `Bearer ${adminToken}`],
    ['X-Goog-IAP-JWT-Assertion', unsigned],
  ],
  [['X-Goog-Authenticated-User-Email', 'accounts.google.com:ada@example.com']],
  [['Cookie', `token=${adminToken}`]],
];

const credential = fc.oneof(
  { weight: 12, arbitrary: fc.constant([['Authorization', `Bearer ${adminToken}`]] as const) },
  { weight: 1, arbitrary: fc.constant([['Authorization', `Bearer ${machineToken}`]] as const) },
  { weight: 2, arbitrary: fc.constantFrom(...credentialDefects) },
);
const ifMatch = fc.oneof(
  { weight: 8, arbitrary: fc.constant('*') },
  fc.constantFrom('"1"', '2', 'W/"1"', '"0"', '"999999999"', null),
  hostileText,
);
const contentType = fc.oneof(
  { weight: 12, arbitrary: fc.constant('application/json') },
  fc.constantFrom(
    'text/plain',
    'application/json; charset=utf-16',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    null,
  ),
  hostileText,
);
const names = [
  'X-Forwarded-For',
  'X-Cloud-Trace-Context',
  'traceparent',
  'Accept',
  'If-None-Match',
  'Content-Encoding',
  'Expect',
  'Range',
  'X-HTTP-Method-Override',
  'Origin',
];
const more = fc.oneof(
  { weight: 6, arbitrary: fc.constant([]) },
  fc.tuple(fc.constantFrom(...names), hostileText).map((pair) => [pair]),
);

/** One in so many places of a spoilt request is hostile. */
const spoilt = 10;

export function requestsOf(document: Document, operation: Operation): fc.Arbitrary<Asked> {
  const request = (odds: number) => {
    const pairs = operation.parameters
      .filter((each) => each.in !== 'header')
      .map(({ name, in: place, schema }) => {
        const value = fromSchema(document, schema, odds, name).map((each) =>
          typeof each === 'string' ? each : (JSON.stringify(each) ?? ''),
        );
        const given = place === 'path' ? value : fc.option(value, { freq: 1, nil: null });
        return given.map((text) => ({ name, place, text }));
      });
    const stray =
      odds === 0 ? fc.constant(null) : fc.option(fc.tuple(hostileText, hostileText), { freq: 8, nil: null });
    return fc
      .record({
        method: odds === 0 ? fc.constant(operation.method) : methodOf(operation.method),
        pairs: fc.tuple(...pairs),
        stray,
        credential: odds === 0 ? fc.constant([['Authorization', `Bearer ${adminToken}`]] as const) : credential,
        ifMatch: odds === 0 ? fc.constant('*') : ifMatch,
        contentType: odds === 0 ? fc.constant('application/json') : contentType,
        more: odds === 0 ? fc.constant([]) : more,
        isRaw: odds === 0 ? fc.constant(false) : fc.integer({ min: 0, max: 15 }).map((each) => each === 0),
        body: operation.body === null ? strayBody(odds) : bodyOf(document, operation.body, odds),
      })
      .map((parts): Asked => {
        const encode = parts.isRaw
          ? (text: string) => text.replace(/ /g, '+')
          : (text: string) => encodeURIComponent(text.toWellFormed());
        const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) =>
          encode(parts.pairs.find((each) => each.name === name)?.text ?? ''),
        );
        const query = parts.pairs.flatMap(({ name, place, text }) =>
          place === 'query' && text !== null ? [`${name}=${encode(text)}`] : [],
        );
        if (parts.stray !== null) query.push(parts.stray.map(encode).join('='));
        return {
          method: parts.method,
          target: path + (query.length === 0 ? '' : `?${query.join('&')}`),
          headers: [
            ...parts.credential,
            ...(parts.ifMatch === null ? [] : [['If-Match', parts.ifMatch] as const]),
            ...(parts.contentType === null || parts.body === null
              ? []
              : [['Content-Type', parts.contentType] as const]),
            ...parts.more,
          ],
          body: parts.body,
        };
      });
  };
  return fc.oneof({ weight: 1, arbitrary: request(0) }, { weight: 3, arbitrary: request(spoilt) });
}

function methodOf(method: string): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 20, arbitrary: fc.constant(method) },
    fc.constantFrom('DELETE', 'PATCH', 'OPTIONS', 'POST', 'PUT', 'GET'),
  );
}

function strayBody(odds: number): fc.Arbitrary<string | null> {
  return odds === 0 ? fc.constant(null) : fc.option(hostileBody, { freq: 20, nil: null });
}

function bodyOf(document: Document, schema: NonNullable<Operation['body']>, odds: number): fc.Arbitrary<string> {
  const made = fromSchema(document, schema, odds);
  const isPolicy = schema.$ref === '#/components/schemas/Policy';
  const stated = odds === 0 ? fc.constantFrom(...policies) : spoiltPolicy;
  const json = (isPolicy ? fc.oneof(made, stated) : made).map((value) => JSON.stringify(value) ?? '');
  if (odds === 0) return json;
  return fc.oneof({ weight: 8, arbitrary: json }, isPolicy ? fc.oneof(hostileBody, deepPolicy) : hostileBody);
}

const policies = [rolloutPolicy(), rolloutPolicy({ secondPerson: true }), rolloutPolicy({ lock: true })];
/** A policy that would do, but for one place. */
const spoiltPolicy = fc.tuple(fc.constantFrom(...policies), fc.nat(60), hostileValue).map(([policy, at, value]) => {
  let left = at;
  const replaced = JSON.stringify(policy, (_, each) => (left-- === 0 ? value : each));
  return JSON.parse(replaced ?? 'null');
});
/** Settings are passed through, whatever they are. */
const deepPolicy = fc
  .constantFrom(deepList(3_000), deepObject(3_000), deepList(20_000), deepObject(20_000))
  .map((deep) => JSON.stringify(rolloutPolicy({ settings: { passed: 'DEEP' } })).replace('"DEEP"', () => deep));

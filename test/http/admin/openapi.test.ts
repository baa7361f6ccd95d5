// The OpenAPI document says what is served, no more and no less.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { z } from 'zod';
import {
  CatalogueReply,
  ChangeReply,
  EventsReply,
  ResolutionReply,
  RevisionsReply,
} from '../../../functions/api/admin/schemas/common.ts';
import { ExplainReply } from '../../../functions/api/admin/schemas/explain.ts';
import { HealthReply } from '../../../functions/api/admin/schemas/health.ts';
import { formats } from '../../../functions/api/polls/render/formats.ts';
import { Policy } from '../../../shared/domain/policy/policy.ts';
import { Revision } from '../../../shared/domain/serving/revision.ts';
import { asAdmin, asMachine, type Service, startService } from '../../support/service.ts';
import { draft } from '../../support/world.ts';

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly required: boolean; readonly schema: Schema }[];
  readonly requestBody?: { readonly content: Record<string, { readonly schema: Schema }> };
  readonly responses: Record<string, { readonly content?: Record<string, { readonly schema: Schema }> }>;
}

interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly required?: readonly string[];
  readonly properties?: Record<string, Schema>;
}

interface Document {
  readonly openapi: string;
  readonly info: { readonly license: { readonly identifier: string } };
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, Schema> };
}

describe('the OpenAPI document', () => {
  let service: Service;
  let document: Document;

  before(async () => {
    service = startService();
    await service.state();
    document = (await service.ask().get('/openapi.json').expect(200)).body;
  });
  after(() => service.close());

  test('names every call once', () => {
    const ids = Object.values(document.paths).flatMap((path) =>
      Object.values(path).map(({ operationId }) => operationId),
    );

    assert.equal(document.openapi, '3.1.0');
    assert.equal(new Set(ids).size, ids.length);
    assert.ok(ids.includes('putPin') && ids.includes('getPinsSettingsJson'));
  });

  test('lists paths that are there: each knows its method', async () => {
    for (const [template, operations] of Object.entries(document.paths)) {
      const path = template.replace('{number}', '1').replace('{ring}', 'everyone').replace('{family}', 'opus');
      for (const method of Object.keys(operations)) {
        const verb = method === 'get' ? 'get' : method === 'put' ? 'put' : 'post';
        const { body } = await service.ask()[verb](path).set(asAdmin);
        assert.ok(
          body.code !== 'route_unknown' && body.code !== 'method_unsupported',
          `${method} ${path}: ${body.code}`,
        );
      }
    }
  });

  test('has only references that lead somewhere', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(
      ([, id]) => id,
    );

    assert.ok(references.length > 10);
    assert.deepEqual(
      references.filter((id) => id === undefined || !(id in document.components.schemas)),
      [],
    );
  });

  test('says what linters and generators of clients ask for: a server, a licence, refusals, and nothing unused', () => {
    const text = JSON.stringify(document);
    const operations = Object.values(document.paths).flatMap((path) => Object.values(path));

    assert.deepEqual(
      document.servers.map(({ url }) => url),
      ['/'],
    );
    assert.equal(document.info.license.identifier, 'Apache-2.0');
    assert.ok(operations.every(({ responses }) => '4XX' in responses));
    assert.deepEqual(
      Object.keys(document.components.schemas).filter((id) => !text.includes(`"#/components/schemas/${id}"`)),
      [],
    );
  });

  test('says which calls answer 202: those that may become proposals, and reports', () => {
    const accepted = Object.values(document.paths)
      .flatMap((path) => Object.values(path))
      .filter(({ responses }) => '202' in responses)
      .map(({ operationId }) => operationId);

    assert.deepEqual(accepted.toSorted(), [
      ...['approveProposal', 'putAccess', 'putPin', 'putPolicy', 'rebaseProposal', 'report', 'restoreRevision'],
    ]);
    assert.deepEqual(Object.keys(document.paths['/v1/reports']?.['post']?.responses ?? {}), ['202', '4XX', 'default']);
  });

  test('says that numbers are numbers, and requires a reason of those who break the glass', () => {
    const parameters = Object.values(document.paths).flatMap((path) =>
      Object.values(path).flatMap((operation) => operation.parameters ?? []),
    );
    const numeric = parameters.filter(({ name }) => /^(?:number|proposal|rollout|limit|before|minutes)$/.test(name));
    const reason = document.paths['/v1/break-glass']?.['post']?.parameters?.find(({ name }) => name === 'note');

    assert.ok(numeric.length > 10);
    assert.deepEqual(new Set(numeric.map(({ schema }) => schema.type)), new Set(['integer']));
    assert.equal(reason?.required, true);
  });

  test('requires of a client nothing that has a default, and promises it in replies', () => {
    const { PolicyInput, Policy: PolicyOutput } = document.components.schemas;

    assert.doesNotMatch(JSON.stringify(document), /"default":(?!\{"description":"The call failed)/);
    assert.ok(PolicyOutput?.required?.includes('lock') && !PolicyInput?.required?.includes('lock'));
    assert.match(PolicyInput?.properties?.['lock']?.description ?? '', /Default: false\./);
    const { schema } = document.paths['/v1/policy']?.['put']?.requestBody?.content['application/json'] ?? {};
    assert.deepEqual(schema, { $ref: '#/components/schemas/PolicyInput' });
  });

  test('says that pins in JSON are objects, and texts elsewhere', () => {
    const typeOf = (path: string) => {
      const { responses } = document.paths[path]?.['get'] ?? {};
      return Object.values(responses?.['200']?.content ?? {}).map(({ schema }) => schema.type);
    };

    assert.deepEqual(typeOf('/v1/pins.json'), ['object']);
    assert.deepEqual(typeOf('/v1/pins.settings.json'), ['object']);
    assert.deepEqual(typeOf('/v1/pins.sh'), ['string']);
  });

  test('names the media type of pins as they are answered, whichever Accept asks for', async () => {
    const content = document.paths['/v1/pins']?.['get']?.responses['200']?.content ?? {};
    for (const { accept } of formats) {
      const { headers } = await service.ask().get('/v1/pins').set(asMachine).set('Accept', accept).expect(200);
      assert.ok(headers['content-type'] !== undefined && headers['content-type'] in content, accept);
    }
  });

  test('describes each reply as it is served', async () => {
    const replies: readonly (readonly [string, z.ZodType])[] = [
      ['/v1/policy', Policy],
      ['/v1/revisions', RevisionsReply],
      ['/v1/revisions/1', Revision],
      ['/v1/events', EventsReply],
      ['/v1/catalogue', CatalogueReply],
      ['/v1/explain?machine=m&cli=2.1.100', ExplainReply],
      ['/v1/pins.json', ResolutionReply],
      ['/healthz', HealthReply],
    ];
    for (const [path, schema] of replies) schema.parse((await service.ask().get(path).set(asAdmin).expect(200)).body);
    const change = await service
      .ask()
      .put('/v1/policy?dry-run')
      .set(asAdmin)
      .set('If-Match', '*')
      .send(draft({ lock: true }));
    ChangeReply.parse(change.body);
  });

  test('explains a machine with the rings that were passed over on the way', async () => {
    await service.state({ rings: [{ name: 'pilot', match: ['machine:laptop-7'], pins: {} }, draft()['rings']].flat() });
    const { body } = await service.ask().get('/v1/explain?machine=other').set(asAdmin).expect(200);
    const served = await service.ask().get('/v1/pins.json?machine=other').set(asMachine).expect(200);

    assert.deepEqual(body.considered, [
      { ring: 'pilot', selector: null },
      { ring: 'everyone', selector: '*' },
    ]);
    assert.deepEqual(body.settings, served.body.settings);
    assert.deepEqual(body.reasons, served.body.reasons);
  });
});

// A client that openapi-typescript generates takes every call and every document that the pages show. An example is found by its form,
// so a new one is tried without being named here.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startService } from '../../../support/service.ts';
import { readPages } from '../code-blocks.ts';
import { type Client, generateClient } from './client.ts';
import { callsOf, documentsOf } from './examples.ts';
import { type OpenApi, writeCall, writeDocument } from './open-api.ts';

/** Those of today: the changelog has calls of earlier days. */
const pages = readPages().filter(({ page }) => page !== 'CHANGELOG.md');

describe('a client that is generated from the OpenAPI document', () => {
  let document: OpenApi;
  let client: Client;

  before(async () => {
    const service = startService();
    document = (await service.ask().get('/openapi.json').expect(200)).body;
    service.close();
    client = await generateClient(document);
  });
  after(() => client.remove());

  const refusalsOf = (text: string, page = 'functions/api/README.md') => {
    const calls = callsOf({ page, text }).map((call) => writeCall(call, document));
    const documents = documentsOf({ page, text }).map((example) => writeDocument(example, document));
    return client.refusals([...calls, ...documents]);
  };

  test('takes every curl command, every call and every document of the pages', () => {
    const counts = [pages.flatMap(callsOf), pages.flatMap(documentsOf)].map(({ length }) => length);

    assert.ok(counts.every((count) => count > 3) && pages.flatMap(callsOf).length > 30, `${counts}`);
    assert.deepEqual(
      pages.flatMap(({ page, text }) => refusalsOf(text, page)),
      [],
    );
  });

  for (const [what, text] of [
    ['a path that is no call', '```sh run\ncurl http://127.0.0.1:8787/v1/polices\n```\n'],
    ['a method that the call has not', '`DELETE`, `PUT /v1/freeze`'],
    ['a parameter that the call has not', '`POST /v1/freeze?because=why`'],
    ['a number that is none', '```sh run\ncurl URL/v1/revisions?limit=ten\n```\n'],
    ['a header that is missing', '```sh run\ncurl -X POST http://127.0.0.1:8787/v1/revisions/1/restore\n```\n'],
    ['a body with a misspelt field', `\`\`\`sh run\ncurl -X POST URL/v1/tokens \\\n  --data '{"nmae": "a"}'\n\`\`\`\n`],
    [
      'a body that comes through a pipe',
      '```sh run\necho \'{"rings": 1}\' | curl -X PUT URL/v1/policy -H "If-Match: *" --data @-\n```\n',
    ],
    ['a body of a call that takes none', "```sh run\ncurl -X POST URL/v1/freeze --data '{}'\n```\n"],
    ['a call in a command in the text', '`curl URL/v1/polices`'],
    [
      'a document with a misspelt field',
      '```json parsed\n{ "project": "a", "rings": [{ "name": "a", "match": ["*"], "pin": {} }] }\n```\n',
    ],
    ['a part of a document with a misspelt field', 'such as `{"id": "a", "familys": ["haiku"]}`'],
  ] as const)
    test(`does not take ${what}`, () => assert.equal(refusalsOf(text).length, 1));

  test('is made from a document in which Redocly finds nothing, but would in one without a licence', () => {
    const unlicensed = { ...document, info: { title: 'Pinward', version: '1' } };

    assert.deepEqual(client.findProblems(document), []);
    assert.match(client.findProblems(unlicensed).join(), /info-license/);
  });
});

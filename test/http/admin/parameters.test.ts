// The parameters of calls: the API's page lists those of the OpenAPI document, and every change takes a note and a dry run.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { asAdmin, type Service, startService } from '../../support/service.ts';

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
}

describe('the parameters of calls', () => {
  let service: Service;
  /** By call, such as `PUT /v1/policy`; without those of the path. */
  const parameters = new Map<string, readonly string[]>();

  before(async () => {
    service = startService();
    const { body } = await service.ask().get('/openapi.json').set(asAdmin).expect(200);
    const paths: Record<string, Record<string, Operation>> = body.paths;
    for (const [path, operations] of Object.entries(paths)) {
      for (const [method, { parameters: all = [] }] of Object.entries(operations)) {
        const names = all.filter((each) => each.in !== 'path' && each.name !== 'If-None-Match').map(({ name }) => name);
        parameters.set(`${method.toUpperCase()} ${path}`, names.toSorted());
      }
    }
  });
  after(() => service.close());

  test("are listed in the API's page as in the OpenAPI document, a row for each call", () => {
    // The formats of a poll share a row, and the document does not describe itself.
    const served = [...parameters].filter(([call]) => !call.startsWith('GET /v1/pins.'));
    const listed = rowsOf('functions/api/README.md').filter(([call]) => call !== 'GET /openapi.json');

    assert.ok(listed.length > 30);
    assert.deepEqual(new Map(listed), new Map(served));
    assert.equal(listed.length, served.length);
  });

  test('have a note and a dry run wherever an admin changes something', () => {
    const changes = [...parameters].filter(([call]) => !call.startsWith('GET ') && call !== 'POST /v1/reports');

    assert.ok(changes.length > 10);
    for (const name of ['note', 'dry-run']) {
      assert.deepEqual(
        changes.filter(([, names]) => !names.includes(name)).map(([call]) => call),
        [],
        name,
      );
    }
  });
});

/** The rows of the table of calls: each call of a row, with the parameters of the row. */
function rowsOf(file: string): readonly [string, readonly string[]][] {
  const rows = [...readFileSync(file, 'utf8').matchAll(/^\| (`(?:GET|PUT|POST) [^|]+) \|([^|]*)\|/gm)];
  return rows.flatMap(([, calls = '', names = '']) =>
    codesIn(calls).map((call): [string, readonly string[]] => [call, codesIn(names).toSorted()]),
  );
}

function codesIn(cell: string): readonly string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
}

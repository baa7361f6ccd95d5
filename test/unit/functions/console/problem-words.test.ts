// Problems in the words of the console: nobody who clicks is told of calls, headers and parameters.

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { problemOf } from '../../../../functions/api/problems/problem.ts';
import { hintOf } from '../../../../functions/console/browser/client/problem-words.ts';

test('no hint of the console names a call, a header or a variable', () => {
  const hints = globSync('functions/api/problems/*-problems.ts')
    .concat('functions/api/problems/problem.ts')
    .flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/hint:[^'`]*['`](.+)['`],?$/gm)].map(([, hint = '']) => hint),
    );
  const codes = globSync('functions/api/problems/*.ts').flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/case '(\w+)':/g)].map(([, code = '']) => code),
  );

  assert.ok(hints.length > 30 && codes.length > 40);
  for (const hint of hints)
    for (const code of codes)
      assert.doesNotMatch(hintOf({ code, hint }), /\/v1\/|If-Match|ETag|PINWARD_|gcloud|Content-Type/, hint);
});

test('what is no call stays, and what can be clicked is added', () => {
  assert.equal(hintOf(problemOf({ code: 'no_policy' })), 'State the first one under Rings.');
  assert.equal(
    hintOf(problemOf({ code: 'revision_unknown', revision: 99, newest: 3 })),
    'The newest is 3. Choose one of the list.',
  );
  assert.equal(
    hintOf(problemOf({ code: 'write_conflict', document: 'published/current' })),
    'Nothing was changed. Try again.',
  );
});

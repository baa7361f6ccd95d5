// No command that a page, a text or a script shows puts a credential among its arguments, which every user of the machine can list.

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';

/** An option of curl or wget with a credential in it; `@FILE` and `--config -` have none. */
const credentialInArgument = [
  /(?:-H|--header)[ =]?\\?["'`]?(?:proxy-|x-serverless-)?authorization:/i,
  /(?:-H|--header)[ =]?\\?["'`]?x-goog-iap-jwt-assertion:/i,
  /--oauth2-bearer\b/,
  /\bcurl\b[^\n|;]*\s(?:-u|--user)[ =]/,
  /\b(?:curl|wget)\b[^\n|;]*[?&](?:access_token|id_token|token)=/,
  /\b(?:curl|wget)\b[^\n|;]*(?:-d|--data(?:-urlencode)?)[ =]\S*(?:client_secret|refresh_token|code)=/,
  /\bgcloud\b[^\n|;]*client[-_]secret=/,
  /\b(?:curl|wget|npm|gcloud)\b[^\n|;]*\bhooks\.slack\.com\b/,
];

const files = globSync(['*', '.ci/*', '{functions,infra,shared,test}/**/*'], { withFileTypes: true })
  .filter((entry) => entry.isFile() && !/^package-lock\.json$|^tokens-in-arguments\.test\.ts$/.test(entry.name))
  .map((entry) => join(entry.parentPath, entry.name));

describe('a credential among the arguments of a command', () => {
  test('is in no page, source, script or template', () => {
    const found = files.flatMap((file) =>
      findings(readFileSync(file, 'utf8')).map((text) => `${file}: ${text.slice(0, 120)}`),
    );

    assert.ok(files.length > 400);
    assert.deepEqual(found, []);
  });

  for (const command of [
    'curl URL -H "Authorization: Bearer $(cat token)"',
    "curl URL -H 'authorization: Bearer x'",
    'curl URL -H \\"Authorization: Bearer $TOKEN\\"',
    'curl URL --header="Authorization: Bearer $TOKEN"',
    'curl URL \\\n  -HAuthorization:x',
    'curl URL --oauth2-bearer "$TOKEN"',
    'curl -u admin:$TOKEN URL',
    'curl URL?access_token=$TOKEN',
    'curl URL --data "grant_type=x&client_secret=$SECRET"',
    'gcloud compute backend-services update x \\\n  --iap=enabled,oauth2-client-secret=$SECRET',
    'npm start -- --slack https://hooks.slack.com/services/T0/B0/x',
  ])
    test(`is found in ${JSON.stringify(command)}`, () => assert.notDeepEqual(findings(command), []));

  for (const command of ['curl URL -H @header', 'curl --config - URL', 'curl URL -H "If-Match: *" --data @file'])
    test(`is not found in ${command}`, () => assert.deepEqual(findings(command), []));
});

/** Lines, with those that a backslash continues, which show a credential. */
function findings(text: string): readonly string[] {
  return text
    .replace(/\\\n\s*/g, ' ')
    .split('\n')
    .filter((line) => credentialInArgument.some((pattern) => pattern.test(line)));
}

// Opening a webhook: which URLs are taken, that a wrong one is told without its text, and what is loaded when.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import test from 'node:test';
import { inspect } from 'node:util';
import { openSlack } from '../../../../shared/adapters/slack.ts';
import { secret } from '../../../support/fakes/slack.ts';

test('a webhook is reached over https, or over http on this machine', () => {
  for (const origin of ['https://hooks.slack.com', 'http://127.0.0.1:1', 'http://localhost:1', 'http://[::1]:1']) {
    openSlack(`${origin}/services/${secret}`);
  }
});

test('any other URL is told at once, and without its text', async (t) => {
  const rows: readonly (readonly [string, RegExp])[] = [
    ['', /is invalid/],
    [`/services/${secret}`, /is invalid/],
    [`hooks.slack.com/services/${secret}`, /is invalid/],
    [`https://:secret/services/${secret}`, /is invalid/],
    [`http://hooks.slack.com/services/${secret}`, /is not https/],
    [`http://127.0.0.1.evil.test/services/${secret}`, /is not https/],
    [`ftp://127.0.0.1/services/${secret}`, /is not https/],
    [`secret:${secret}`, /is not https/],
    [`https://ada:secret@hooks.slack.com/services/${secret}`, /has a user or a password/],
    [`http://secret@127.0.0.1/services/${secret}`, /has a user or a password/],
  ];
  for (const [url, fault] of rows) {
    await t.test(`"${url.replaceAll(secret, 's')}"`, () => {
      assert.throws(
        () => openSlack(url),
        (error: Error) =>
          fault.test(error.message) && !inspect(error, { depth: 9, showHidden: true }).includes('secret'),
      );
    });
  }
});

test('Slack’s SDK is loaded by the first post and not before', () => {
  const opening = `import { openSlack } from './shared/adapters/slack.ts'; const slack = openSlack('http://127.0.0.1:9/x');`;
  const loadedBy = (then: string) =>
    spawnSync(
      process.execPath,
      ['--import', './test/support/trace-imports.mjs', '--input-type=module', '-e', opening + then],
      {
        encoding: 'utf8',
      },
    ).stdout;
  const idle = loadedBy('');
  assert.match(idle, /adapters\/slack\.ts/);
  assert.doesNotMatch(idle, /node_modules/);
  assert.match(loadedBy('await slack.post({ title: "", summary: "", facts: [], actions: [] })'), /@slack\/webhook/);
});

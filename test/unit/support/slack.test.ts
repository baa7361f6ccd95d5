// The fake Slack: a fake that takes anything would prove nothing.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import test from 'node:test';
import { openSlack } from '../../../shared/adapters/slack.ts';
import type { Message } from '../../../shared/domain/events/message.ts';
import { liveMarkup, SlackPayload } from '../../support/fakes/block-kit.ts';
import { startFakeSlack } from '../../support/fakes/slack.ts';

const message: Message = { urgency: 'calm', title: 'hello', summary: 'world', fields: [], actions: [] };
const plain = (text: string) => ({ type: 'plain_text', text, emoji: false });
const mrkdwn = (text: string) => ({ type: 'mrkdwn', text, verbatim: true });
const section = (over: object) => ({ blocks: [{ type: 'section', ...over }] });
const sound = { text: 'hello', mrkdwn: false, link_names: false, unfurl_links: false, unfurl_media: false };

test('the fake turns away what Slack does, with Slack’s word', async (t) => {
  const slack = await startFakeSlack();
  t.after(() => slack.close());
  const rows: readonly (readonly [string, object | string, string])[] = [
    ['no JSON', '{', 'invalid_payload'],
    ['no block', { blocks: [] }, 'invalid_blocks'],
    ['too many blocks', { blocks: Array(51).fill({ type: 'header', text: plain('x') }) }, 'invalid_blocks'],
    ['a long header', { blocks: [{ type: 'header', text: plain('x'.repeat(151)) }] }, 'invalid_blocks'],
    ['markup in a header', { blocks: [{ type: 'header', text: mrkdwn('x') }] }, 'invalid_blocks'],
    ['a long section', section({ text: plain('x'.repeat(3001)) }), 'invalid_blocks'],
    ['an empty section', section({}), 'invalid_blocks'],
    ['an empty text', section({ text: plain('') }), 'invalid_blocks'],
    ['a long field', section({ fields: [plain('x'.repeat(2001))] }), 'invalid_blocks'],
    ['too many fields', section({ fields: Array(11).fill(plain('x')) }), 'invalid_blocks'],
    [
      'too much in all',
      { blocks: Array(5).fill({ type: 'section', text: plain('x'.repeat(2900)) }) },
      'invalid_blocks',
    ],
    ['a long fallback', { ...section({ text: plain('x') }), text: 'x'.repeat(4001) }, 'invalid_blocks'],
    ['half a character', section({ text: plain('\ud83d') }), 'invalid_blocks'],
    ['an unknown block', { blocks: [{ type: 'marquee' }] }, 'invalid_blocks'],
  ];
  for (const [what, over, word] of rows) {
    await t.test(what, async () => {
      const body = typeof over === 'string' ? over : JSON.stringify({ ...sound, ...over });
      const answer = await fetch(slack.url, { method: 'POST', body, headers: { 'Content-Type': 'application/json' } });
      assert.deepEqual([answer.status, await answer.text()], [400, word]);
      assert.deepEqual(slack.messages, []);
    });
  }
  const astray = await fetch(`${slack.url}x`, { method: 'POST', body: '{}' });
  assert.deepEqual([astray.status, await astray.text()], [404, 'no_service']);
});

test('the reader finds markup that is alive', async (t) => {
  const rows: readonly (readonly [string, object])[] = [
    ['a mention', section({ text: plain('<!channel>') })],
    ['half an escape', section({ text: plain('a &am…') })],
    ['an emoji', section({ text: { type: 'plain_text', text: ':boom:' } })],
    ['a format', section({ text: mrkdwn('*bold*') })],
    ['a code block that ends early', section({ text: mrkdwn('```a```<!here>```') })],
    ['a link in code', section({ text: { type: 'mrkdwn', text: '```https://a.test```' } })],
    ['a fallback that is parsed', { ...section({ text: plain('x') }), mrkdwn: true }],
    ['a mention in the fallback', { ...section({ text: plain('x') }), text: '<!here>' }],
    ['a link that unfolds', { ...section({ text: plain('x') }), unfurl_links: true }],
  ];
  for (const [what, over] of rows) {
    await t.test(what, () => assert.equal(liveMarkup(SlackPayload.parse({ ...sound, ...over })).length, 1));
  }
  assert.deepEqual(liveMarkup(SlackPayload.parse({ ...sound, ...section({ text: mrkdwn('```*a* &lt;b```') }) })), []);
});

test('the fake runs as a process: its URL first, then a line for each message', async (t) => {
  const child = spawn(process.execPath, ['test/support/fakes/slack.ts'], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill());
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => (await lines.next()).value ?? '';
  const url = await next();
  assert.deepEqual(await openSlack(url).post(message), { kind: 'accepted' });
  assert.match(await next(), /^\{"at":\d+,"payload":\{"text":"hello/);
  await fetch(new URL('/script', url), { method: 'POST', body: JSON.stringify([{ status: 429 }]) });
  assert.equal((await openSlack(url).post(message)).kind, 'refused');
});

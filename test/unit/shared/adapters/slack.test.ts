// Posting to Slack: what each answer and each silence means for an announcement, and that the webhook's URL stays secret.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import test, { after, beforeEach } from 'node:test';
import fc from 'fast-check';
import { openSlack } from '../../../../shared/adapters/slack.ts';
import type { Message } from '../../../../shared/domain/events/message.ts';
import { anyMessage } from '../../../support/any-message.ts';
import { type Meeting, secret, startFakeSlack } from '../../../support/fakes/slack.ts';

const message: Message = { urgency: 'calm', title: 'hello', summary: 'world', fields: [], actions: [] };
const dayMs = 24 * 60 * 60_000;
const now = Date.parse('2026-11-24T12:00:00.000Z');
const slack = await startFakeSlack();
const channel = openSlack(slack.url, { clock: () => now });
let before = 0;

beforeEach(() => {
  before = slack.messages.length;
});
after(() => slack.close());

test('a message that Slack takes is accepted and seen once', async () => {
  assert.deepEqual(await channel.post(message), { kind: 'accepted' });
  assert.equal(slack.messages.length, before + 1);
  assert.match(slack.messages.at(-1)?.payload.text ?? '', /^hello\nworld$/);
});

test('whatever somebody wrote, Slack takes the message', async () => {
  await fc.assert(
    fc.asyncProperty(anyMessage, async (written) => {
      assert.deepEqual([await channel.post(written), slack.complaints], [{ kind: 'accepted' }, []]);
    }),
  );
});

test('each answer of Slack has one meaning', async (t) => {
  const refused = (status: number, retryAfterMs: number | null = null) => ({
    kind: 'refused',
    reason: `Slack answered ${status}`,
    retryAfterMs,
  });
  const worded = (kind: string, status: number, word: string) => ({
    kind,
    reason: `Slack answered ${status}: ${word}`,
  });
  const rows: readonly (readonly [string, Exclude<Meeting, string>, object])[] = [
    ['too many posts', { status: 429 }, refused(429)],
    ['too many posts, wait', { status: 429, headers: { 'Retry-After': '30' } }, refused(429, 30_000)],
    [
      'wait until an instant',
      { status: 429, headers: { 'Retry-After': 'Tue, 24 Nov 2026 12:01:30 GMT' } },
      refused(429, 90_000),
    ],
    [
      'wait until the past',
      { status: 429, headers: { 'Retry-After': 'Tue, 24 Nov 2026 11:00:00 GMT' } },
      refused(429, 0),
    ],
    ['wait for years', { status: 429, headers: { 'Retry-After': '99999999999999999999' } }, refused(429, dayMs)],
    ['wait for nonsense', { status: 429, headers: { 'Retry-After': '-5' } }, refused(429)],
    ['wait for words', { status: 429, headers: { 'Retry-After': 'Soon, maybe' } }, refused(429)],
    ['an outage', { status: 500 }, refused(500)],
    ['an outage with its end', { status: 503, headers: { 'Retry-After': '7' } }, refused(503, 7_000)],
    ['a gateway that reached nobody', { status: 502 }, refused(502)],
    ['a redirect, which is not followed', { status: 302, headers: { Location: slack.url } }, refused(302)],
    ['a gateway that waited in vain', { status: 504 }, { kind: 'unanswered', reason: 'Slack answered 504' }],
    ['a webhook taken away', { status: 404, body: 'no_service' }, worded('revoked', 404, 'no_service')],
    ['a token that is void', { status: 403, body: 'invalid_token' }, worded('revoked', 403, 'invalid_token')],
    ['a forbidden channel', { status: 403, body: 'action_prohibited' }, worded('revoked', 403, 'action_prohibited')],
    ['a workspace gone', { status: 404, body: 'no_team' }, worded('revoked', 404, 'no_team')],
    [
      'an archived channel',
      { status: 410, body: 'channel_is_archived' },
      worded('revoked', 410, 'channel_is_archived'),
    ],
    ['a revoking word beside a 400', { status: 400, body: 'invalid_token' }, worded('revoked', 400, 'invalid_token')],
    ['gone without a word', { status: 410 }, { kind: 'revoked', reason: 'Slack answered 410' }],
    ['a payload not understood', { status: 400, body: 'invalid_blocks\n' }, worded('malformed', 400, 'invalid_blocks')],
    ['a payload too large', { status: 413, body: '<html>no' }, { kind: 'malformed', reason: 'Slack answered 413' }],
  ];
  for (const [what, meeting, posted] of rows) {
    await t.test(what, async () => {
      slack.script(meeting);
      assert.deepEqual(await channel.post(message), posted);
      assert.equal(slack.messages.length, before);
    });
  }
});

test('no answer after sending is unanswered: the message may have been taken, so it is not to be repeated', async (t) => {
  const hasty = openSlack(slack.url, { timeoutMs: 100 });
  const broke = /^the connection to Slack broke before a response: [A-Z_]+$/;
  const rows = [
    ['hang', /^Slack did not answer in time$/, 1],
    ['reset after reading', broke, 1],
    ['reset before reading', broke, 0],
  ] as const;
  for (const [meeting, reason, taken] of rows) {
    await t.test(meeting, async () => {
      slack.script(meeting);
      const posted = await hasty.post(message);
      assert.ok(posted.kind === 'unanswered');
      assert.match(posted.reason, reason);
      assert.equal(slack.messages.length, before + taken);
    });
  }
});

test('an answer of which only the head arrived is an answer', async () => {
  slack.script('cut answer');
  assert.deepEqual(await channel.post(message), { kind: 'accepted' });
});

test('only an error that comes before the request is proof that nobody took it', async (t) => {
  const system = (code: string, syscall?: string) =>
    Object.assign(new Error(`${code} ${slack.url}`), { code, syscall });
  const rows: readonly (readonly [Error, 'refused' | 'unanswered'])[] = [
    [system('ECONNREFUSED', 'connect'), 'refused'],
    [system('ENOTFOUND', 'getaddrinfo'), 'refused'],
    [system('EAI_AGAIN', 'getaddrinfo'), 'refused'],
    [system('ETIMEDOUT', 'connect'), 'refused'],
    [system('EHOSTUNREACH', 'connect'), 'refused'],
    [system('UND_ERR_CONNECT_TIMEOUT'), 'refused'],
    [system('CERT_HAS_EXPIRED'), 'refused'],
    [system('ERR_TLS_CERT_ALTNAME_INVALID'), 'refused'],
    [system('DEPTH_ZERO_SELF_SIGNED_CERT'), 'refused'],
    [Object.assign(new AggregateError([system('ENETUNREACH', 'connect')]), { code: 'ENETUNREACH' }), 'refused'],
    [system('ECONNRESET', 'read'), 'unanswered'],
    [system('ETIMEDOUT', 'read'), 'unanswered'],
    [system('EPIPE', 'write'), 'unanswered'],
    [system('UND_ERR_SOCKET'), 'unanswered'],
    [system('UND_ERR_HEADERS_TIMEOUT'), 'unanswered'],
    [new Error(`something new about ${slack.url}`), 'unanswered'],
  ];
  for (const [cause, kind] of rows) {
    await t.test(`${'code' in cause ? cause.code : 'no code'} ${'syscall' in cause ? cause.syscall : ''}`, async () => {
      const broken = openSlack(slack.url, { fetch: () => Promise.reject(new TypeError('fetch failed', { cause })) });
      const posted = await broken.post(message);
      assert.equal(posted.kind, kind);
      assert.doesNotMatch(JSON.stringify(posted), new RegExp(`${secret}|services|127\\.0\\.0\\.1`));
    });
  }
});

test('nobody at the address, or a connection cut before it is secure, is refused', async () => {
  const cutting = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  await once(cutting, 'listening');
  const { port } = cutting.address() as AddressInfo; // a TCP server's address has this form
  const reset = { kind: 'refused', reason: 'no connection to Slack: ECONNRESET', retryAfterMs: null };
  assert.deepEqual(await openSlack(`https://127.0.0.1:${port}/services/${secret}`).post(message), reset);
  cutting.close();
  await once(cutting, 'close');
  const nobody = { ...reset, reason: 'no connection to Slack: ECONNREFUSED' };
  assert.deepEqual(await openSlack(`http://127.0.0.1:${port}/services/${secret}`).post(message), nobody);
});

test('the URL is not repeated from an answer either', async () => {
  for (const status of [400, 403, 500]) {
    slack.script({ status, body: `${slack.url} is wrong`, headers: { 'Retry-After': slack.url } });
    assert.doesNotMatch(JSON.stringify(await channel.post(message)), /secret|services/);
  }
});

test('each post has a connection of its own, so that none is lost on one that Slack closed meanwhile', async () => {
  const used = slack.connections();
  await channel.post(message);
  await channel.post(message);
  assert.equal(slack.connections(), used + 2);
});

// A message as Slack's Block Kit. What people wrote goes into plain_text, which knows no markup; only calls need mrkdwn,
// for a code block. Whatever the message, Slack's limits hold.

import type { IncomingWebhookSendArguments } from '@slack/webhook';
import type { Message } from '../domain/events/message.ts';

type Block = NonNullable<IncomingWebhookSendArguments['blocks']>[number];
interface PlainText {
  type: 'plain_text';
  text: string;
  emoji: false;
}

/** Slack takes 3000 in a section and 2000 in a field; less, so that summary and call fit together. */
const limits = { header: 150, summary: 2000, label: 300, value: 2000, call: 2000, text: 4000 };
const maxFields = 40;
const maxActions = 10;
/** Of the blocks as JSON. Slack refuses messages from about 12,000 characters on, which it documents nowhere. */
const maxCharacters = 11_000;
export function payloadOf(message: Message): IncomingWebhookSendArguments {
  const title = message.urgency === 'urgent' ? `🚨 ${message.title}` : message.title;
  // `mrkdwn` is in the webhook's payload but not in the SDK's type.
  const payload = {
    text: fit(`${title}\n${message.summary}`, limits.text),
    mrkdwn: false,
    link_names: false,
    unfurl_links: false,
    unfurl_media: false,
    blocks: blocksOf({ ...message, title }),
  };
  return payload;
}

/** As much as fits into one message: facts are left out before actions, the last ones first. */
function blocksOf({ title, summary, ...message }: Message): Block[] {
  const head: Block[] = [
    { type: 'header', text: plain(title.replace(/\s+/g, ' '), limits.header) },
    { type: 'section', text: plain(summary, limits.summary) },
  ];
  const fields = message.fields
    .slice(0, maxFields)
    .map(([label, value]) => [plain(label, limits.label), plain(value, limits.value)] as const);
  const actions = message.actions.slice(0, maxActions).map(({ text, call }) => [context(text), code(call)] as const);
  for (;;) {
    const left = message.fields.length - fields.length + message.actions.length - actions.length;
    const rest = left > 0 ? [context(`and ${left} more that don't fit here`)] : [];
    const blocks = [...head, ...layFacts(fields.flat()), ...rest, ...actions.flat()];
    if (JSON.stringify(blocks).length <= maxCharacters) return blocks;
    if (fields.pop() === undefined) actions.pop();
  }
}

/** Label and value side by side, ten fields to a section. */
function layFacts(fields: PlainText[]): Block[] {
  return Array.from({ length: Math.ceil(fields.length / 10) }, (_, at) => ({
    type: 'section',
    fields: fields.slice(at * 10, at * 10 + 10),
  }));
}

function plain(text: string, limit: number): PlainText {
  return { type: 'plain_text', text: fit(text, limit), emoji: false };
}

function context(text: string): Block {
  return { type: 'context', elements: [plain(text, limits.label)] };
}

/** Inside a block only a backtick has a meaning, and there is no escape for it. */
function code(call: string): Block {
  const fence = '```';
  const text = `${fence}${fit(call.replaceAll('`', 'ˋ'), limits.call)}${fence}`;
  return { type: 'section', text: { type: 'mrkdwn', text, verbatim: true } };
}

/** Escaped, and cut between characters if that is longer than the limit; never empty, which Slack refuses. */
function fit(text: string, limit: number): string {
  const shown = tidy(text);
  const whole = escapeText(shown);
  if (whole.length <= limit) return whole;
  let cut = '';
  for (const character of shown) {
    const next = escapeText(character);
    if (cut.length + next.length > limit - 1) break;
    cut += next;
  }
  return `${cut}…`;
}

/** Without what Slack can't read (lone surrogates, control characters) and what makes text read other than it is. */
function tidy(text: string): string {
  const lines = text.toWellFormed().replace(/\r\n?|[\u2028\u2029]/g, '\n');
  const clean = lines.replace(/[^\P{Cc}\n]|[\u202a-\u202e\u2066-\u2069]/gu, ' ').trim();
  return clean === '' ? '—' : clean;
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

// A message in Slack's Block Kit. Text that people wrote goes into plain_text, which has no markup. Only calls use
// mrkdwn, for a code block. Every payload is within Slack's limits.

import type { IncomingWebhookSendArguments } from '@slack/webhook';
import type { Message } from '../domain/events/message.ts';

type Block = NonNullable<IncomingWebhookSendArguments['blocks']>[number];
interface PlainText {
  type: 'plain_text';
  text: string;
  emoji: false;
}

/** In characters. Slack allows 3000 in a section and 2000 in a field. Lower, so that summary and call fit together. */
const limits = { header: 150, summary: 2000, label: 300, value: 2000, call: 2000, text: 4000 };
const maxFields = 40;
const maxActions = 10;
/** Of the blocks as JSON. Slack refuses more than about 12,000, a limit that its documentation doesn't have. */
const maxCharacters = 11_000;

export function payloadOf(message: Message): IncomingWebhookSendArguments {
  const title = message.urgency === 'urgent' ? `🚨 ${message.title}` : message.title;
  // A variable of its own, because the SDK's type lacks `mrkdwn`.
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

/** Drops the last fields, then the last actions, until the blocks fit into one message. */
function blocksOf({ title, summary, footer, ...message }: Message): Block[] {
  const head: Block[] = [
    { type: 'header', text: plain(title.replace(/\s+/g, ' '), limits.header) },
    { type: 'section', text: plain(summary, limits.summary) },
  ];
  const fields = message.fields
    .slice(0, maxFields)
    .map(([label, value]) => [plain(label, limits.label), plain(value, limits.value)] as const);
  const actions = message.actions.slice(0, maxActions).map(({ text, call }) => [context(text), code(call)] as const);
  const foot = footer === undefined ? [] : [context(footer)];
  for (;;) {
    const left = message.fields.length - fields.length + message.actions.length - actions.length;
    const rest = left > 0 ? [context(`and ${left} more that don't fit here`)] : [];
    const blocks = [...head, ...fieldSections(fields.flat()), ...rest, ...actions.flat(), ...foot];
    if (JSON.stringify(blocks).length <= maxCharacters) return blocks;
    if (fields.pop() === undefined) actions.pop();
  }
}

/** Label and value side by side, ten fields to a section. */
function fieldSections(fields: PlainText[]): Block[] {
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

/** Replaces backticks, the only markup within a code block, because Slack has no escape for them. */
function code(call: string): Block {
  const fence = '```';
  const text = `${fence}${fit(call.replaceAll('`', 'ˋ'), limits.call)}${fence}`;
  return { type: 'section', text: { type: 'mrkdwn', text, verbatim: true } };
}

/** Escapes a text and cuts it between characters. Never empty, because Slack refuses empty texts. */
function fit(text: string, limit: number): string {
  const cleaned = clean(text);
  const escaped = escapeText(cleaned);
  if (escaped.length <= limit) return escaped;
  let cut = '';
  for (const character of cleaned) {
    const next = escapeText(character);
    if (cut.length + next.length > limit - 1) break;
    cut += next;
  }
  return `${cut}…`;
}

/** Removes lone surrogates and control characters, which Slack can't read, and bidirectional marks, which mislead. */
function clean(text: string): string {
  const lines = text.toWellFormed().replace(/\r\n?|[\u2028\u2029]/g, '\n');
  const visible = lines.replace(/[^\P{Cc}\n]|[\u202a-\u202e\u2066-\u2069]/gu, ' ').trim();
  return visible === '' ? '—' : visible;
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

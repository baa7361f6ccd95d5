// What Slack takes of Block Kit and what it would show of it: the limits as documented, and a reader that finds markup
// which is alive, so that a test can say that there is none.

import { z } from 'zod';

const text = z
  .string()
  .refine((value) => value.isWellFormed(), 'a lone surrogate')
  .refine((value) => value.trim() !== '', 'a blank text')
  .refine((value) => !/[^\P{Cc}\n]/u.test(value), 'a control character');

function plain(max: number) {
  return z.strictObject({ type: z.literal('plain_text'), text: text.max(max), emoji: z.boolean().optional() });
}

function textObject(max: number) {
  const mrkdwn = z.strictObject({ type: z.literal('mrkdwn'), text: text.max(max), verbatim: z.boolean().optional() });
  return z.discriminatedUnion('type', [plain(max), mrkdwn]);
}

const Header = z.strictObject({ type: z.literal('header'), text: plain(150) });
const Section = z
  .strictObject({
    type: z.literal('section'),
    text: textObject(3000).optional(),
    fields: z.array(textObject(2000)).min(1).max(10).optional(),
  })
  .refine((section) => section.text !== undefined || section.fields !== undefined, 'a section of nothing');
const Context = z.strictObject({ type: z.literal('context'), elements: z.array(textObject(3000)).min(1).max(10) });

export const SlackPayload = z.strictObject({
  text: text.max(4000),
  mrkdwn: z.boolean().optional(),
  link_names: z.boolean().optional(),
  unfurl_links: z.boolean().optional(),
  unfurl_media: z.boolean().optional(),
  blocks: z
    .array(z.discriminatedUnion('type', [Header, Section, Context]))
    .min(1)
    .max(50)
    // Documented nowhere, seen by many: slackapi/bolt-js issues 2509 and 2867.
    .refine((blocks) => JSON.stringify(blocks).length < 12_000, 'msg_blocks_too_long'),
});
export type SlackPayload = z.infer<typeof SlackPayload>;

type TextObject = z.infer<ReturnType<typeof textObject>>;

/** The words that people read, top to bottom, decoded. */
export function shownBy(payload: SlackPayload): readonly string[] {
  return textsOf(payload).map(({ type, text }) => decode(type === 'mrkdwn' ? (codeIn(text) ?? text) : text));
}

/** The exact calls in code blocks. */
export function callsIn(payload: SlackPayload): readonly string[] {
  return textsOf(payload).flatMap(({ type, text }) => (type === 'mrkdwn' ? [decode(codeIn(text) ?? '')] : []));
}

/** Whatever would be more than words: a mention, a link, a format, an emoji, a code block that ends early. */
export function liveMarkup(payload: SlackPayload): readonly string[] {
  const found = textsOf(payload).flatMap(liveIn);
  if (payload.mrkdwn !== false || payload.link_names !== false) found.push(`fallback parsed: ${payload.text}`);
  if (isUnescaped(payload.text)) found.push(`fallback unescaped: ${payload.text}`);
  if (payload.unfurl_links !== false || payload.unfurl_media !== false) found.push('links unfold');
  return found;
}

function liveIn(object: TextObject): readonly string[] {
  if (object.type === 'plain_text') {
    return object.emoji === false && !isUnescaped(object.text) ? [] : [`plain: ${object.text}`];
  }
  const code = codeIn(object.text);
  const isDead = object.verbatim === true && code !== null && !code.includes('`') && !isUnescaped(code);
  return isDead ? [] : [`mrkdwn: ${object.text}`];
}

function textsOf({ blocks }: SlackPayload): readonly TextObject[] {
  return blocks.flatMap(textsOfBlock);
}

function textsOfBlock(block: SlackPayload['blocks'][number]): readonly TextObject[] {
  switch (block.type) {
    case 'header':
      return [block.text];
    case 'section':
      return [...(block.text === undefined ? [] : [block.text]), ...(block.fields ?? [])];
    case 'context':
      return block.elements;
  }
}

/** Slack ends a code block at the first fence. */
function codeIn(text: string): string | null {
  return /^```(.*?)```$/s.exec(text)?.[1] ?? null;
}

/** Whether Slack's parser would find a control sequence, or half of an escape that a cut left behind. */
function isUnescaped(text: string): boolean {
  return /[<>]|&(?!amp;|lt;|gt;)/.test(text);
}

function decode(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

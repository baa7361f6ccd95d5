// Messages of which every text is somebody's attempt at Slack's markup, its limits or its parser.

import fc from 'fast-check';
import type { Message } from '../../shared/domain/events/message.ts';
import { textOf } from './any-text.ts';

export const hostile = [
  ...[
    '<!channel>',
    '<!here|here>',
    '<@U012AB3CD>',
    '<#C01|general>',
    '<https://evil.test|Google>',
    '@here',
    '@channel',
  ],
  ...['```', '`', '*bold*', '_it_', '~no~', '> quote', ':boom:', '&', '&lt;!channel&gt;', '&amp', 'https://evil.test'],
  ...['\0', '\u001b[31m', '\u202e', '\u2066', '\r\n', '\u2028', '\ud83d', '\udea8', '🚨', 'é', ' ', '\n', '"', '\\'],
] as const;
const written = fc
  .array(fc.oneof(fc.constantFrom(...hostile), textOf(6)), { maxLength: 6 })
  .chain((parts) => fc.constantFrom(1, 1, 20, 400).map((count) => parts.join('').repeat(count)));
export const anyMessage: fc.Arbitrary<Message> = fc.record({
  urgency: fc.constantFrom('calm', 'urgent'),
  title: written,
  summary: written,
  fields: fc.array(fc.tuple(written, written), { maxLength: 60 }),
  actions: fc.array(fc.record({ text: written, call: written }), { maxLength: 15 }),
});

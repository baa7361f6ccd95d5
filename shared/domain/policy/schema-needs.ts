// What a schema needs where a value doesn't have it, in words for people. The schema library's own words speak of its types.

import type { z } from 'zod';

/** Before the library has made its message. */
type RawIssue = z.core.$ZodRawIssue;

const kinds: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  map: 'an object',
  null: 'null',
};

/** Such as `a text`, `one of fast, slow` or `at most 5 items`. Schemas that have words of their own don't ask. */
export function needOf(issue: RawIssue | z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return kinds[issue.expected] ?? 'another kind of value';
    case 'invalid_value':
      return issue.values.length === 1 ? String(issue.values[0]) : `one of ${issue.values.join(', ')}`;
    case 'too_small':
      return `${issue.inclusive === false ? 'more than' : 'at least'} ${amountOf(issue.minimum, issue.origin)}`;
    case 'too_big':
      return `${issue.inclusive === false ? 'less than' : 'at most'} ${amountOf(issue.maximum, issue.origin)}`;
    case 'not_multiple_of':
      return `a multiple of ${issue.divisor}`;
    case 'invalid_format':
      return (
        formats[issue.format] ??
        (issue.pattern === undefined ? 'a text of another form' : `a text of the form ${issue.pattern}`)
      );
    default:
      return 'another value';
  }
}

/** The same as a sentence about the value. */
export function sentenceOf(issue: RawIssue): string {
  if (issue.input === undefined) return `it is missing, and needs ${needOf(issue)}`;
  return issue.code === 'invalid_type'
    ? `needs ${needOf(issue)}, not ${kindOf(issue.input)}`
    : `needs ${needOf(issue)}`;
}

const formats: Readonly<Record<string, string>> = {
  datetime: 'a time in UTC, such as 2026-11-28T12:00:00Z',
  date: 'a day, such as 2026-11-28',
  email: 'a mail address, such as ada@example.com',
  url: 'an address, such as https://example.com',
};

function amountOf(amount: number | bigint, origin: string): string {
  const units: Readonly<Record<string, string>> = { string: 'character', array: 'item', set: 'item', object: 'key' };
  const unit = units[origin];
  return unit === undefined ? String(amount) : `${amount} ${unit}${Number(amount) === 1 ? '' : 's'}`;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'boolean') return String(value);
  return kinds[typeof value] ?? 'another kind of value';
}

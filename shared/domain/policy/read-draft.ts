// Reading a draft: checks JSON that somebody sent against a schema. Every error becomes a Finding with a path and a
// fix, in the form that the lint uses for its findings.

import { z } from 'zod';
import { type Finding, fail, ok, type Result } from '../fault.ts';
import { pointer } from './pointer.ts';
import { needOf, sentenceOf } from './schema-needs.ts';
import { meantBy, namesOf } from './spelling.ts';

const maxDepth = 24;
/** Unknown keys of one object that are compared with the known ones. */
const maxHints = 50;
/** Keys that change an object's prototype when JavaScript assigns them; no setting of Claude Code has such a name. */
const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype']);

export { pointer };

/** The draft as the schema's type; `at` prefixes each path. Fault: `policy_invalid`, with one finding an error. */
export function readDraft<T>(schema: z.ZodType<T>, draft: unknown, at = ''): Result<T> {
  const unsafe = findUnsafe(draft, at, 0);
  if (unsafe !== null) return fail({ code: 'policy_invalid', findings: [unsafe] });
  const listed: ListedKeys = new Map();
  const parsed = schema.safeParse(draft, {
    error: (issue) => {
      if (issue.code === 'unrecognized_keys' && issue.inst instanceof z.ZodObject)
        listed.set(issue.keys, Object.keys(issue.inst.shape));
      return sentenceOf(issue);
    },
  });
  if (parsed.success) return ok(parsed.data);
  const findings = parsed.error.issues.flatMap((issue) => findingsOf(issue, at, listed));
  return fail({ code: 'policy_invalid', findings });
}

function findUnsafe(value: unknown, at: string, depth: number): Finding | null {
  if (typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))) {
    return error('number_unsafe', at, 'JSON can not keep this number exactly', 'Write another number.');
  }
  if (typeof value !== 'object' || value === null) return null;
  if (depth > maxDepth) {
    return error('too_deep', at, `nested deeper than ${maxDepth} levels`, 'Flatten this value.');
  }
  for (const [key, inner] of Object.entries(value)) {
    const path = pointer(at, [key]);
    if (forbiddenKeys.has(key)) return error('key_forbidden', path, `the key ${key} is not allowed`, 'Remove it.');
    const found = findUnsafe(inner, path, depth + 1);
    if (found !== null) return found;
  }
  return null;
}

/** The keys of the object that some unknown ones stand in; a schema tells them only while it reads. */
type ListedKeys = Map<readonly string[], readonly string[]>;

function findingsOf(issue: z.core.$ZodIssue, at: string, listed: ListedKeys): readonly Finding[] {
  const path = pointer(at, issue.path);
  switch (issue.code) {
    case 'unrecognized_keys': {
      const names = namesOf(listed.get(issue.keys) ?? []);
      return issue.keys.map((key, index) => {
        const meant = index < maxHints ? meantBy(key, names) : null;
        const fix = meant === null ? 'Remove it, or check its spelling and level.' : `Did you mean "${meant}"?`;
        return error('key_unknown', pointer(path, [key]), `no such key: ${key}`, fix);
      });
    }
    case 'invalid_key':
      return [error('key_form', path, issue.issues[0]?.message ?? issue.message, 'Rename this key.')];
    case 'invalid_type':
      return [error('type', path, issue.message, `Give ${needOf(issue)}.`)];
    case 'custom': {
      const params: Record<string, unknown> = issue.params ?? {};
      return [
        error(String(params['code'] ?? 'value'), path, issue.message, String(params['fix'] ?? 'Correct this value.')),
      ];
    }
    default:
      return [error('value', path, issue.message, 'Correct this value; GET /openapi.json has the whole schema.')];
  }
}

function error(code: string, path: string, message: string, fix: string): Finding {
  return { severity: 'error', code, path, message, fix };
}

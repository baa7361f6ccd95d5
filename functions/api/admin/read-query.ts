// The query of an admin call: parameters by name, each once, checked by the route's schema.

import { z } from 'zod';
import { ok } from '../../../shared/domain/fault.ts';
import { needOf } from '../../../shared/domain/policy/schema-needs.ts';
import { meantBy, namesOf } from '../../../shared/domain/policy/spelling.ts';
import { type ApiResult, failHttp } from '../problems/http-fault.ts';

const maxParameters = 32;
/** Of a misspelt parameter: names are short. */
const maxEdits = 2;

/**
 * Not Hono's `query`, which takes the first of two values. It and Node's URLSearchParams take quadratic time for many parameters
 * without a value (hono 4.13.19, Node 24), so the parameters are counted first.
 */
export function readQuery(schema: z.ZodType, search: string): ApiResult<unknown> {
  if (search.split('&', maxParameters + 1).length > maxParameters) {
    return refuseParameter('the query', search, `at most ${maxParameters} parameters`);
  }
  const query: Record<string, string> = Object.create(null);
  for (const [name, value] of new URLSearchParams(search)) {
    if (name in query) return refuseParameter(name, value, 'one value');
    if (name !== '') query[name] = value;
  }
  const parsed = schema.safeParse(query, { error: needOf });
  if (parsed.success) return ok(parsed.data);
  const [issue] = parsed.error.issues;
  const isUnknown = issue?.code === 'unrecognized_keys';
  const parameter = isUnknown ? (issue.keys[0] ?? '') : String(issue?.path[0] ?? '');
  const expected = isUnknown ? insteadOf(parameter, schema) : (issue?.message ?? 'valid');
  return refuseParameter(parameter, query[parameter] ?? '', expected);
}

function insteadOf(parameter: string, schema: z.ZodType): string {
  const known = schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
  const meant = meantBy(parameter, namesOf(known), maxEdits);
  if (meant !== null) return `no parameter of this name. Did you mean ${meant}?`;
  return known.length === 0 ? 'no parameters' : `no parameter of this name, but ${known.join(', ')}`;
}

export function refuseParameter(parameter: string, value: string, expected: string): ApiResult<never> {
  return failHttp({ code: 'parameter_invalid', parameter, value: value.slice(0, 200), expected });
}

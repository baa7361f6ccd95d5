// The body of a call: JSON, in UTF-8, named as such. Its size was limited before.

import type { HonoRequest } from 'hono';
import { ok } from '../../../shared/domain/fault.ts';
import { type ApiResult, failHttp } from '../problems/http-fault.ts';

/** Of a body that may be nothing but space. */
const maxBlankBytes = 1_024;

/** Faults: `json_malformed`, `media_type_unsupported`. */
export async function readJson(req: HonoRequest): Promise<ApiResult<unknown>> {
  const bytes = await req.arrayBuffer();
  const isBlank = bytes.byteLength <= maxBlankBytes && /^\s*$/.test(new TextDecoder().decode(bytes));
  if (isBlank) return failHttp({ code: 'json_malformed', detail: null });
  const type = req.header('Content-Type') ?? 'none';
  const encoding = req.header('Content-Encoding') ?? 'identity';
  // Not other `+json` types: a merge patch, for example, would be taken for a whole policy.
  if (!/^application\/json\s*(?:;\s*charset="?utf-8"?\s*)?$/i.test(type) || encoding !== 'identity') {
    return failHttp({
      code: 'media_type_unsupported',
      got: encoding === 'identity' ? type : `${type} (${encoding})`,
      expected: 'application/json',
    });
  }
  try {
    return ok(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
  } catch (cause) {
    return failHttp({
      code: 'json_malformed',
      detail: cause instanceof SyntaxError ? cause.message : 'The body is not UTF-8',
    });
  }
}

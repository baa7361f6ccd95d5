// What can go wrong that is nobody's bug. Every function that can fail in an expected way returns a Result; the API's
// one exhaustive switch (functions/api/problem.ts) makes problem+json of a Fault. Codes are public: never rename one.

import type { Unproven } from './gate.ts';

export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly fault: Fault };

/** One thing wrong with (or worth knowing about) a document, and what to do about it. `path` is an RFC 6901 pointer. */
export interface Finding {
  readonly severity: 'error' | 'warning';
  readonly code: string;
  readonly path: string;
  readonly message: string;
  readonly fix: string;
}

export type Fault =
  | { readonly code: 'policy_invalid'; readonly findings: readonly Finding[] }
  | { readonly code: 'model_not_callable'; readonly unproven: readonly Unproven[] }
  | { readonly code: 'no_policy' }
  | { readonly code: 'revision_conflict'; readonly expected: number; readonly current: number }
  | { readonly code: 'revision_unknown'; readonly revision: number; readonly newest: number }
  | { readonly code: 'ring_unknown'; readonly ring: string; readonly rings: readonly string[] }
  | { readonly code: 'family_unknown'; readonly family: string }
  | {
      readonly code: 'parameter_invalid';
      readonly parameter: string;
      readonly value: string;
      readonly expected: string;
    }
  | { readonly code: 'precondition_required' }
  | { readonly code: 'unauthenticated' }
  | { readonly code: 'forbidden'; readonly role: string; readonly needs: string }
  | { readonly code: 'route_unknown'; readonly path: string }
  | { readonly code: 'method_unsupported'; readonly method: string; readonly allowed: readonly string[] }
  | { readonly code: 'format_unsupported'; readonly asked: string; readonly offered: readonly string[] }
  | { readonly code: 'media_type_unsupported'; readonly got: string; readonly expected: string }
  | { readonly code: 'json_malformed'; readonly detail: string }
  | { readonly code: 'body_too_large'; readonly limitBytes: number }
  | { readonly code: 'body_cut_off' }
  | { readonly code: 'store_unavailable'; readonly detail: string }
  | { readonly code: 'bus_unavailable'; readonly detail: string }
  | { readonly code: 'write_conflict'; readonly document: string }
  | { readonly code: 'document_corrupt'; readonly document: string; readonly detail: string };

export function ok<T>(value: T): Result<T> {
  return { ok: true, value };
}

export function fail(fault: Fault): { readonly ok: false; readonly fault: Fault } {
  return { ok: false, fault };
}

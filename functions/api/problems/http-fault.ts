// HTTP faults: what can be wrong with a request before it reaches the domain. Codes are public: never rename one after
// a release.

import type { Fault, Result } from '../../../shared/domain/fault.ts';

/** What is wrong with a credential. credential-problems.ts has the text of each. */
export type CredentialDefect =
  | 'missing'
  | 'malformed'
  | 'unknown'
  | 'fleet_token_unknown'
  | 'expired'
  | 'not_yet_valid'
  | 'revoked'
  | 'issuer'
  | 'audience'
  | 'hosted_domain'
  | 'email_unverified'
  | 'claims'
  | 'algorithm'
  | 'key_unknown'
  | 'signature';

export type HttpFault =
  | { readonly code: 'unauthenticated'; readonly defect: CredentialDefect }
  | { readonly code: 'credentials_ambiguous' }
  | { readonly code: 'unbound'; readonly email: string }
  | { readonly code: 'issuer_unavailable'; readonly detail: string }
  | { readonly code: 'forbidden'; readonly role: string; readonly needs: string }
  /** `found` is the header that names another site; null when X-Requested-With is missing. */
  | { readonly code: 'cross_site'; readonly found: string | null }
  | {
      readonly code: 'parameter_invalid';
      readonly parameter: string;
      readonly value: string;
      readonly expected: string;
    }
  /** Not HTTP, or HTTP without what it requires. */
  | { readonly code: 'request_malformed' }
  | { readonly code: 'request_too_slow' }
  | { readonly code: 'headers_too_large'; readonly limitBytes: number }
  | { readonly code: 'expectation_unsupported' }
  | { readonly code: 'time_before_policy'; readonly at: string; readonly first: string }
  | { readonly code: 'precondition_required'; readonly of: 'policy' | 'access' }
  | { readonly code: 'route_unknown'; readonly path: string }
  /** `files` were not built, the `address` for their configuration is not set, or no agent has this `hash`. */
  | { readonly code: 'agents_unavailable'; readonly missing: 'files' | 'address' | 'hash' }
  | { readonly code: 'method_unsupported'; readonly method: string; readonly allowed: readonly string[] }
  | { readonly code: 'format_unsupported'; readonly requested: string; readonly offered: readonly string[] }
  | { readonly code: 'media_type_unsupported'; readonly got: string; readonly expected: string }
  /** `detail` is what the parser found; null for an empty body. */
  | { readonly code: 'json_malformed'; readonly detail: string | null }
  | { readonly code: 'query_too_long'; readonly limitBytes: number }
  | { readonly code: 'body_too_large'; readonly limitBytes: number }
  | { readonly code: 'body_too_slow'; readonly seconds: number }
  | { readonly code: 'body_cut_off' }
  | { readonly code: 'rate_limited'; readonly seconds: number }
  | { readonly code: 'overloaded'; readonly seconds: number }
  | { readonly code: 'internal' };

/** Every fault that the API can send as problem+json. */
export type ApiFault = Fault | HttpFault;

export type ApiResult<T> = Result<T, ApiFault>;

export function failHttp(fault: HttpFault): { readonly ok: false; readonly fault: HttpFault } {
  return { ok: false, fault };
}

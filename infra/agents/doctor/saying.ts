// What the doctor says of one finding.

import type { CredentialKind } from '../../../shared/catalogue/vertex-advice.ts';

export interface Said {
  readonly verdict: 'ok' | 'skipped' | 'problem';
  readonly text: string;
  /** Of a problem, for every kind of credentials or by kind. */
  readonly advice: readonly { readonly kind: CredentialKind | '*'; readonly meaning: string; readonly fix: string }[];
}

export function ok(text: string): Said {
  return { verdict: 'ok', text, advice: [] };
}

export function skipped(text: string): Said {
  return { verdict: 'skipped', text, advice: [] };
}

export function problem(text: string, meaning: string, fix: string): Said {
  return { verdict: 'problem', text, advice: [{ kind: '*', meaning, fix }] };
}

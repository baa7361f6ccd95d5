// A draft: the policy that an editor has in hand, as text, and the policy that it started from. It lives as long as the page.

import exampleText from '../../../../../infra/examples/policy.json' with { type: 'json' };
import type { Policy } from '../../../../../shared/domain/policy/policy.ts';

export interface Draft {
  /** The policy that the draft started from; null for the first one. */
  readonly base: Policy | null;
  readonly etag: string;
  readonly text: string;
}

/** A draft that nobody published or dropped, for when the editor is opened again. */
let kept: Draft | null = null;

export function openDraft(policy: Policy | null, etag: string): Draft {
  return kept ?? freshDraft(policy, etag);
}

/** Whether nobody has changed anything in it, so that a newer policy may take its place. */
export function isUntouched({ base, text }: Draft): boolean {
  return text === textOf(base ?? exampleText);
}

export function keepDraft(draft: Draft): Draft {
  kept = draft;
  return draft;
}

export function dropDraft(): void {
  kept = null;
}

export function freshDraft(base: Policy | null, etag: string): Draft {
  return { base, etag, text: textOf(base ?? exampleText) };
}

export function textOf(policy: unknown): string {
  return JSON.stringify(policy, null, 2);
}

/** What the text says, or why it says nothing. The service alone checks that it is a policy. */
export function parseDraft(text: string): { readonly value: unknown; readonly error: string | null } {
  try {
    return { value: JSON.parse(text), error: null };
  } catch (error) {
    return { value: null, error: error instanceof Error ? error.message : 'not JSON' };
  }
}

/** Whether the parts are there that the form of the pins reads. */
export function isPolicyShaped(value: unknown): value is Policy {
  return (
    typeof value === 'object' &&
    value !== null &&
    'rings' in value &&
    Array.isArray(value.rings) &&
    value.rings.every((ring) => typeof ring?.name === 'string' && typeof ring?.pins === 'object' && ring.pins !== null)
  );
}

// The text of a problem: its status, a title that says what is wrong, and a hint how to fix it. Texts may change, codes
// not.

import type { Finding, UncallablePin } from '../../../shared/domain/fault.ts';

export interface ProblemText {
  readonly status: number;
  readonly title: string;
  readonly hint: string;
  /** The parameter, header or JSON pointer (RFC 6901) that is wrong. */
  readonly field?: string;
  readonly findings?: readonly Finding[];
  readonly allowed?: readonly string[];
  /** Seconds until the next try, as in Retry-After. */
  readonly retryAfter?: number;
  /** The current revision, on a conflict. */
  readonly current?: number;
  /** When the next run of the probe is due, which was requested by `?probe` (ISO 8601). */
  readonly probedBy?: string;
  /** Pins that are not known to be callable, each with the probe result and alternatives. */
  readonly uncallablePins?: readonly UncallablePin[];
}

/** The first error, and all findings. `otherwise` is the title when there is no error. */
export function invalidText(findings: readonly Finding[], otherwise: string): ProblemText {
  const [first] = findings.filter((finding) => finding.severity === 'error');
  return {
    status: 422,
    title: first?.message ?? otherwise,
    hint: first?.fix ?? 'See `findings`.',
    ...(first === undefined ? {} : { field: first.path }),
    findings,
  };
}

// The form of a finding about a call of Vertex AI: what is wrong, in what kind of verdict, and the advice.

import type { BlindCause, Verdict } from '../domain/availability/observation.ts';
import type { Advice, AdviceByKind } from './vertex-advice.ts';

export interface Finding {
  readonly verdict: Verdict;
  /** With the verdict `misconfigured`, and with no other. */
  readonly cause?: BlindCause;
  /** In a few words. */
  readonly problem: string;
  /** Null when nobody has to do anything. */
  readonly advice: Advice | AdviceByKind | null;
}

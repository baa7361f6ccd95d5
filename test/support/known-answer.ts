// An answer of Vertex as people met it, with what it means: the cause, or the verdict where there is none.

import type { GrpcCode } from '../../shared/catalogue/vertex-answers.ts';
import type { BlindCause, Verdict } from '../../shared/domain/availability/observation.ts';

export interface KnownAnswer {
  readonly means: Verdict | BlindCause;
  /** Null for what fails on the machine itself, before anything is sent. */
  readonly code: GrpcCode | null;
  readonly reason: string;
  readonly text: string;
}

export function known(means: KnownAnswer['means'], code: GrpcCode | null, text: string, reason = ''): KnownAnswer {
  return { means, code, reason, text };
}

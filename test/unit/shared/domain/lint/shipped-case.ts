// A policy on the shipped catalogue with one mistake in what it passes on to Claude Code, or with its right neighbour, and
// what lint finds.

import type { Matrix } from '../../../../../shared/domain/availability/availability.ts';
import type { Policy } from '../../../../../shared/domain/policy/policy.ts';
import { policy } from '../../../../support/world.ts';

export interface ShippedCase {
  readonly what: string;
  readonly policy: Policy;
  readonly matrix?: Matrix;
  /** `severity code path`, of all findings. */
  readonly finds: readonly string[];
  /** What the fix of the first finding says. */
  readonly fix?: RegExp;
  /** What its message says. */
  readonly message?: RegExp;
}

/** The everyday policy with these settings. */
export function passing(settings: Record<string, unknown>): Policy {
  return policy({ settings });
}

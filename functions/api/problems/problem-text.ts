// What an API problem says: its status, its title, and a hint how to fix it. Codes are public; texts may improve.

import type { Finding, UncallablePin } from '../../../shared/domain/fault.ts';

export interface ProblemText {
  readonly status: number;
  readonly title: string;
  readonly hint: string;
  /** The parameter, header or JSON pointer at fault, where there is one. */
  readonly field?: string;
  readonly findings?: readonly Finding[];
  readonly allowed?: readonly string[];
  /** Seconds after which to try again, as in Retry-After. */
  readonly retryAfter?: number;
  /** The revision that stands, on a conflict. */
  readonly current?: number;
  /** Pins that are not proven callable, each with what was seen and what could be pinned instead. */
  readonly uncallablePins?: readonly UncallablePin[];
}

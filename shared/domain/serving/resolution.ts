// A resolution: what the machines of one ring with one Claude Code version should use on one day, and why.

import type { Family } from '../models/model.ts';
import type { Settings } from '../policy/settings.ts';

export interface ResolvedPin {
  readonly family: Family;
  /** The exact model served, which differs from the pin's where the CLI is too old for it. */
  readonly model: string;
  readonly location: string;
  /** Whether the pin asks for the 1M context. */
  readonly context1m: boolean;
  /** What ANTHROPIC_DEFAULT_{FAMILY}_MODEL gets: the id, with `[1m]` where this CLI needs it. */
  readonly variableValue: string;
  readonly regionVariable: string | null;
}

/** One rule that shaped the resolution; `about` is `ring`, `project`, `lock` or a family. */
export interface Reason {
  readonly about: string;
  readonly code: string;
  readonly text: string;
}

export interface Resolution {
  readonly ring: string;
  readonly project: string;
  readonly location: string;
  readonly locked: boolean;
  readonly pins: readonly ResolvedPin[];
  /** A whole Claude Code settings object, `env` included. */
  readonly settings: Settings & { readonly env: Readonly<Record<string, string>> };
  readonly reasons: readonly Reason[];
}

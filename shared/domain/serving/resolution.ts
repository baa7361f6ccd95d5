// A resolution: the pins and settings for the machines of one ring with one Claude Code version on one day, and the
// reasons.

import type { Family } from '../models/model.ts';
import type { Settings } from '../policy/settings.ts';

/** A pin as a machine gets it. */
export interface ResolvedPin {
  readonly family: Family;
  /** The exact model; an older one than the pin's when the CLI is too old for that. */
  readonly model: string;
  readonly location: string;
  /** Whether the pin asks for the 1M context. */
  readonly context1m: boolean;
  /** The value of ANTHROPIC_DEFAULT_{FAMILY}_MODEL: the id, with `[1m]` where this CLI needs it. */
  readonly variableValue: string;
  /** The variable of the model's region, such as VERTEX_REGION_CLAUDE_5_5_OPUS; null when Claude Code has none. */
  readonly regionVariable: string | null;
}

/** One rule that shaped the resolution, in the order of the rules. `about` is `ring`, `lock`, a family, or a setting such as `settings.model`. */
export interface Reason {
  readonly about: string;
  readonly code: string;
  readonly text: string;
  /** Of a family: its model after this rule. That of the last rule is served. */
  readonly model?: string;
}

/** The whole answer to a poll, before it has a format. */
export interface Resolution {
  readonly ring: string;
  readonly project: string;
  readonly location: string;
  readonly locked: boolean;
  readonly pins: readonly ResolvedPin[];
  /** A complete settings object of Claude Code. */
  readonly settings: Settings & { readonly env: Readonly<Record<string, string>> };
  readonly reasons: readonly Reason[];
}

// Faults: expected errors of the domain and of what implements its ports; anything else is a bug and throws. Functions
// that can fail return a Result. Codes are public: never rename one after a release. The API has faults of its own for
// HTTP.

/** The result of a function that can fail in an expected way: a value or a fault. */
export type Result<T, F = Fault> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly fault: F };

/** One error or warning about a draft, with its fix. */
export interface Finding {
  readonly severity: 'error' | 'warning';
  readonly code: string;
  /** A JSON pointer (RFC 6901) into the draft. */
  readonly path: string;
  readonly message: string;
  readonly fix: string;
}

/** A model that isn't known to answer where a ring calls it, for a pin or a setting, with callable alternatives. */
export interface UncallablePin {
  readonly ring: string;
  readonly family: string;
  /** A JSON pointer (RFC 6901) to the pin or the setting. */
  readonly path: string;
  readonly project: string;
  readonly location: string;
  readonly model: string;
  /** Its availability, such as `not_enabled`. */
  readonly state: string;
  /** Vertex's last answer about the model; empty when it was never probed. */
  readonly evidence: string;
  /** When Vertex gave that answer (ISO 8601); null when the model was never probed. */
  readonly answeredAt: string | null;
  /** The callable id of the same version, else the nearest callable model of the family; null for none. */
  readonly nearest: string | null;
  /** Other locations of the project in which this model is callable. */
  readonly elsewhere: readonly string[];
}

export type Fault =
  /** `probedBy`: when the probe, as it was requested to, asks about the models that never answered (ISO 8601). */
  | { readonly code: 'policy_invalid'; readonly findings: readonly Finding[]; readonly probedBy?: string }
  | {
      readonly code: 'model_not_callable';
      readonly uncallablePins: readonly UncallablePin[];
      readonly probedBy?: string;
    }
  | { readonly code: 'policy_managed'; readonly repository: string; readonly identity: string }
  | { readonly code: 'no_policy' }
  | { readonly code: 'revision_conflict'; readonly expected: number; readonly current: number }
  | { readonly code: 'revision_unknown'; readonly revision: number; readonly newest: number }
  | { readonly code: 'rollout_active'; readonly rollout: number; readonly ring: string; readonly family: string }
  | { readonly code: 'rollout_unknown'; readonly rollout: number | string }
  | { readonly code: 'rollout_state'; readonly rollout: number; readonly state: string; readonly needs: string }
  | { readonly code: 'upgrade_unknown'; readonly upgrade: string }
  | { readonly code: 'upgrade_state'; readonly upgrade: string; readonly state: string; readonly needs: string }
  | {
      readonly code: 'second_person_needed';
      readonly proposedBy: string;
      readonly because: 'author' | 'not_a_person' | 'role_is_new' | 'role_is_gone';
    }
  | { readonly code: 'proposal_unknown'; readonly proposal: number | string }
  | { readonly code: 'proposal_conflict'; readonly proposal: number; readonly paths: readonly string[] }
  | { readonly code: 'proposal_state'; readonly proposal: number; readonly state: string }
  | { readonly code: 'ring_unknown'; readonly ring: string; readonly rings: readonly string[] }
  | { readonly code: 'family_unknown'; readonly family: string }
  | { readonly code: 'access_invalid'; readonly findings: readonly Finding[] }
  | { readonly code: 'access_conflict'; readonly expected: number; readonly current: number }
  | { readonly code: 'access_unknown'; readonly number: number | string }
  | { readonly code: 'last_owner'; readonly leaves: string | null }
  | { readonly code: 'token_name_taken'; readonly name: string }
  | { readonly code: 'token_unknown'; readonly name: string }
  | { readonly code: 'store_unavailable'; readonly detail: string }
  | { readonly code: 'bus_unavailable'; readonly detail: string }
  | { readonly code: 'signer_unavailable'; readonly detail: string }
  | { readonly code: 'write_conflict'; readonly document: string }
  | { readonly code: 'document_corrupt'; readonly document: string; readonly detail: string };

export function ok<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

export function fail(fault: Fault): { readonly ok: false; readonly fault: Fault } {
  return { ok: false, fault };
}

// A message for people, before any channel's markup: what happened, the lines that matter, and how to act.

/** Plain text throughout; the channel escapes it. */
export interface Message {
  readonly urgency: 'calm' | 'urgent';
  readonly title: string;
  /** One or two sentences. */
  readonly summary: string;
  /** Label and value of each fact, most important first. */
  readonly fields: readonly (readonly [string, string])[];
  /** What somebody may want to do next: words, and the exact call. */
  readonly actions: readonly { readonly text: string; readonly call: string }[];
}

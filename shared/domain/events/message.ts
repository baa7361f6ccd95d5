// A message: the text of an announcement, before a channel's markup.

/** All fields are plain text; the channel escapes them. */
export interface Message {
  readonly urgency: 'calm' | 'urgent';
  readonly title: string;
  /** One or two sentences. */
  readonly summary: string;
  /** Label and value of each fact, most important first. */
  readonly fields: readonly (readonly [string, string])[];
  /** Possible next steps: a text for people, and the exact call. */
  readonly actions: readonly { readonly text: string; readonly call: string }[];
  /** A last line, in small print. */
  readonly footer?: string;
}

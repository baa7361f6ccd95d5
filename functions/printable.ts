// Makes untrusted text safe for a terminal and a log: names, notes, and responses of other services.

/** One line: control characters, bidirectional marks and lone surrogates become spaces. */
export function printable(text: string): string {
  return text.replace(/\p{C}+/gu, ' ');
}

// Makes text from outside fit for a terminal and a log: names, notes and answers of strangers.

/** One line: control characters, characters that turn the direction of text, and halves of characters become spaces. */
export function printable(text: string): string {
  return text.replace(/\p{C}+/gu, ' ');
}

// A pointer: the place of a value in a document, as RFC 6901 has it. The poll path loads this file.

/** The JSON pointer (RFC 6901) that extends `at` by `path`. */
export function pointer(at: string, path: readonly PropertyKey[]): string {
  let text = at;
  for (const part of path) text += `/${escaped(String(part))}`;
  return text;
}

/** Hardly any part has to be: a policy has ten thousand places, and each is named. */
function escaped(part: string): string {
  return /[~/]/.test(part) ? part.replaceAll('~', '~0').replaceAll('/', '~1') : part;
}

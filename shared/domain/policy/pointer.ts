// A pointer: the place of a value in a document, as RFC 6901 has it. The poll path loads this file.

/** The JSON pointer (RFC 6901) that extends `at` by `path`. */
export function pointer(at: string, path: readonly PropertyKey[]): string {
  return at + path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

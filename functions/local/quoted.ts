// The name of a file or folder as a word of a command that is shown.

/** For a POSIX shell; only what needs it is quoted. */
export function quoted(file: string): string {
  return /^[\w./@+-]+$/.test(file) ? file : `'${file.replaceAll("'", "'\\''")}'`;
}

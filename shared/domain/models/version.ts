// Claude Code's version as a machine reports it, and the order of two of them. Used by the CLI gate and the catalogue.

const pattern = /^(\d{1,4})\.(\d{1,4})\.(\d{1,6})(?:[-+ ].{0,64})?$/;
const release = /^(?:0|[1-9]\d{0,3})\.(?:0|[1-9]\d{0,3})\.(?:0|[1-9]\d{0,5})$/;

/** Whether text starts with `major.minor.patch`; what `claude --version` appends ("2.1.331 (Claude Code)") is allowed. */
export function isVersion(text: string): boolean {
  return pattern.test(text);
}

/**
 * Whether text is `major.minor.patch` and no more: all that a policy may state, since Claude Code ignores a bound that it
 * can't read (claude-code-fleet facts 1.4).
 */
export function isRelease(text: string): boolean {
  return release.test(text);
}

/** Negative when `a` is older than `b`. Both must satisfy `isVersion`. */
export function compareVersions(a: string, b: string): number {
  const left = numbersOf(a);
  const right = numbersOf(b);
  return left[0] - right[0] || left[1] - right[1] || left[2] - right[2];
}

function numbersOf(version: string): [number, number, number] {
  const match = pattern.exec(version);
  if (match === null) throw new Error(`not a version: ${version}`);
  return [Number(match[1]), Number(match[2]), Number(match[3])];
}

// A version of Claude Code (`major.minor.patch`): its form and its order.

const pattern = /^(\d{1,4})\.(\d{1,4})\.(\d{1,6})(?:[-+ ].{0,64})?$/;
const release = /^(?:0|[1-9]\d{0,3})\.(?:0|[1-9]\d{0,3})\.(?:0|[1-9]\d{0,5})$/;

/** Whether text starts with `major.minor.patch`. `claude --version` appends text, as in "2.1.331 (Claude Code)". */
export function isVersion(text: string): boolean {
  return pattern.test(text);
}

/**
 * Whether text is exactly `major.minor.patch`. A policy may have no other form: Claude Code ignores a minimum or
 * maximum version that it can't parse.
 * Source: https://code.claude.com/docs/en/settings-reference, `requiredMinimumVersion`.
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

// Client classes: ranges of Claude Code versions that one policy treats alike. A resolution depends on a version only by
// comparing it with known versions, so one version of each range stands for all of it.

import type { Catalogue } from '../models/catalogue.ts';
import { servedVersions } from '../models/claude-code.ts';
import { compareVersions } from '../models/version.ts';

export interface ClientClass {
  /** A version in the class; null for machines that state none. */
  readonly cli: string | null;
  /** For people, such as `2.1.113 and later`. */
  readonly first: string;
}

const lowest = '0.0.0';
/** Of ranges in a text for people. */
const maxRuns = 5;

/** The classes that the catalogues tell apart, from the unstated version to the newest range. */
export function clientClasses(catalogues: readonly Catalogue[]): readonly ClientClass[] {
  const versions = catalogues
    .flat()
    .flatMap(({ minimumCli, regionVariableCli, context1m }) => [
      ...[minimumCli.value, regionVariableCli.value].filter((version) => version !== null),
      ...(context1m.value?.kind === 'suffix' && context1m.value.before !== null ? [context1m.value.before] : []),
    ]);
  const starts = [...new Set([lowest, ...servedVersions, ...versions])].sort(compareVersions);
  return [{ cli: null, first: 'unstated' }, ...starts.map((cli) => ({ cli, first: cli }))];
}

/** The classes with these indices for people; null when they are all. */
export function describeClasses(classes: readonly ClientClass[], indices: ReadonlySet<number>): string | null {
  if (indices.size === classes.length) return null;
  const runs: string[] = indices.has(0) ? ['of an unstated version'] : [];
  for (let at = 1; at < classes.length; at++) {
    if (!indices.has(at) || (at > 1 && indices.has(at - 1))) continue;
    let end = at + 1;
    while (end < classes.length && indices.has(end)) end++;
    runs.push(describeRun(classes[at]?.first ?? lowest, classes[end]?.first ?? null));
  }
  const more = runs.length - maxRuns;
  return more <= 0 ? runs.join(', ') : `${runs.slice(0, maxRuns).join(', ')} and ${more} more`;
}

function describeRun(first: string, end: string | null): string {
  if (end === null) return first === lowest ? 'of any stated version' : `${first} and later`;
  return first === lowest ? `before ${end}` : `${first} to before ${end}`;
}

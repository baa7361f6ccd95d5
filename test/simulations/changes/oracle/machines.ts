// Every kind of machine and every class of version, by brute force: each combination of the facts that selectors mention and of
// facts that none mentions, and each version that the facts about models and Claude Code mention and the one just below.

import claudeCode from '../../../../shared/catalogue/claude-code.json' with { type: 'json' };
import type { Catalogue } from '../../../../shared/domain/models/catalogue.ts';
import type { Policy } from '../../../../shared/domain/policy/policy.ts';
import type { Machine } from '../../../../shared/domain/serving/machine.ts';

/** Names that no selector lists. Each rollout reaches others of them. */
const strangers = Array.from({ length: 12 }, (_, at) => `stranger-${at}`);

/** Without a version: that is another dimension. */
export function everyMachine(policies: readonly Policy[], hasRollouts: boolean): readonly Machine[] {
  const selectors = [...new Set(policies.flatMap(({ rings }) => rings.flatMap(({ match }) => match)))];
  const valuesOf = (kind: string) =>
    selectors.filter((each) => each.startsWith(kind)).map((each) => each.slice(kind.length));
  const listed = valuesOf('email:');
  const domains = new Set([
    ...valuesOf('domain:'),
    ...listed.map((each) => each.slice(each.indexOf('@') + 1)),
    'c.test',
  ]);
  const labels = Map.groupBy(
    valuesOf('label:').map((each) => each.split('=')),
    ([key = '']) => key,
  );
  let machines: readonly Machine[] = [{ name: null, email: null, labels: {}, cli: null }];
  const names = [null, ...valuesOf('machine:'), ...(hasRollouts ? strangers : strangers.slice(0, 1))];
  machines = machines.flatMap((machine) => names.map((name) => ({ ...machine, name })));
  const emails = [null, ...listed, ...[...domains].map((domain) => `unlisted@${domain}`)];
  machines = machines.flatMap((machine) => emails.map((email) => ({ ...machine, email })));
  for (const [key, values] of labels) {
    const stated = values.map(([, value = '']) => ({ [key]: value }));
    machines = machines.flatMap((machine) =>
      [{}, { [key]: 'unlisted' }, ...stated].map((label) => ({ ...machine, labels: { ...machine.labels, ...label } })),
    );
  }
  return machines;
}

/** Null stands for a machine that states no version. */
export function everyVersion(catalogues: readonly Catalogue[]): readonly (string | null)[] {
  const { locations, lockedSuffix } = claudeCode;
  const mentioned = [...catalogues, locations, lockedSuffix].flatMap(
    (facts) => JSON.stringify(facts).match(/(?<=")\d+\.\d+\.\d+(?=")/g) ?? [],
  );
  const versions = [...new Set(mentioned)];
  return [null, '0.0.1', ...new Set([...versions, ...versions.map(justBelow)]), '9999.0.0'];
}

function justBelow(version: string): string {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  if (patch > 0) return `${major}.${minor}.${patch - 1}`;
  return minor > 0 ? `${major}.${minor - 1}.999999` : `${major - 1}.9999.999999`;
}

// The order of consequences, so that what matters most stands first, and what is kept of a long list. A large change must
// not hide a small part of it.

import type { Consequence, Risk } from './consequence.ts';

/** What governs all machines and later changes. */
const governing = ['/secondPerson', '/managedBy', '/project', '/location', '/residency', '/ring', '/locked'];

/** Settings that run programs, choose models or route calls. */
const running: ReadonlySet<string> = new Set([
  ...[
    'apiKeyHelper',
    'awsAuthRefresh',
    'awsCredentialExport',
    'gcpAuthRefresh',
    'otelHeadersHelper',
    'proxyAuthHelper',
  ],
  ...['hooks', 'statusLine', 'subagentStatusLine', 'fileSuggestion', 'processWrapper', 'permissions', 'sandbox'],
  ...['managedMcpServers', 'enabledPlugins', 'extraKnownMarketplaces', 'additionalMarketplaces', 'downloadsMirrorUrl'],
  ...['model', 'fallbackModel', 'advisorModel', 'teammateDefaultModel', 'modelOverrides', 'availableModels'],
  ...['availableModelsMatch', 'enforceAvailableModels', 'deniedModels', 'allowedProviders'],
]);
/** Variables that do so. */
const runningVariable = /^(?:ANTHROPIC|CLAUDE|CLOUD|VERTEX|GOOGLE|AWS|NODE|LD|DYLD|GIT)_|PROXY|PATH|SHELL/i;

const risks: readonly Risk[] = ['raises', 'lowers', 'neutral'];

/** What governs comes first, then what raises risk; each by what it leads to. */
export function inOrder(consequences: readonly Consequence[]): readonly Consequence[] {
  const keyed = consequences.map((consequence) => ({ consequence, key: orderOf(consequence) }));
  return keyed
    .sort(({ key: a }, { key: b }) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2])
    .map(({ consequence }) => consequence);
}

/**
 * At most `max` consequences of an ordered list, in its order. The first of each path that governs, runs or routes is
 * kept before a second one of any path.
 */
export function keepFirst(ordered: readonly Consequence[], max: number): readonly Consequence[] {
  if (ordered.length <= max) return ordered;
  const leading = new Map(
    ordered
      .filter((each) => each.risk !== 'neutral' && rankOf(each.path) <= rankOfRunning)
      .toReversed()
      .map((each) => [each.path, each]),
  );
  const first = ordered.filter((each) => leading.get(each.path) === each);
  const kept = new Set([...new Set([...first, ...ordered])].slice(0, max));
  return ordered.filter((each) => kept.has(each));
}

/** How many there are of one risk. */
export function countOf(consequences: readonly Consequence[], wanted: Risk): number {
  return consequences.filter(({ risk }) => risk === wanted).length;
}

/** Whether it is what governs all machines or later changes. */
export function governs(path: string): boolean {
  return rankOf(path) < governing.length;
}

/** Whether a variable may run programs, choose models or route calls. Others are told together when there are many. */
export function isRunningVariable(name: string): boolean {
  return runningVariable.test(name);
}

const rankOfRunning = governing.length;

function orderOf({ path, risk }: Consequence): readonly [number, number, number] {
  const rank = rankOf(path);
  const leads = rank < governing.length && risk !== 'neutral';
  return [leads ? 0 : 1, risks.indexOf(risk), rank];
}

function rankOf(path: string): number {
  const part = partAt(path, 0);
  const at = governing.indexOf(part);
  if (at !== -1) return at;
  const key = partAt(path, part.length);
  const isRunning =
    running.has(key.slice(1)) || (key === '/env' && isRunningVariable(partAt(path, part.length + key.length).slice(1)));
  if (part === '/settings' && isRunning) return rankOfRunning;
  return part === '/pins' || part === '/forced' ? rankOfRunning + 1 : rankOfRunning + 2;
}

/** The part of a pointer that begins at `from`, with its slash. Splitting ten thousand paths would take long. */
function partAt(path: string, from: number): string {
  const end = path.indexOf('/', from + 1);
  return end === -1 ? path.slice(from) : path.slice(from, end);
}

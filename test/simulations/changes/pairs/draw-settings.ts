// Settings of every form that a policy can give: variables, permissions, allow lists, nested objects, lists, announcements, and
// keys that are hard to name.

import type { Chance } from '../../chance.ts';

/** A settings object before the schema has read it. */
export type SettingsDraft = Record<string, unknown>;

type Draw = (chance: Chance) => unknown;

const someOf =
  (...values: readonly string[]): Draw =>
  (chance) =>
    values.filter(() => chance.happens(0.5));
const atLeastOne =
  (first: string, ...others: readonly string[]): Draw =>
  (chance) => {
    const drawn = others.filter(() => chance.happens(0.4));
    return chance.happens(0.2) || drawn.length === 0 ? [first, ...drawn] : drawn;
  };
const oneOf =
  (...values: readonly [unknown, ...unknown[]]): Draw =>
  (chance) =>
    chance.pick(values);

/** In `deniedModels` Claude Code reads all but the last as a model. */
const spellings = [
  ...['claude-opus-5', 'fable', 'OPUS', 'sonnet[1m]', 'Claude-Opus-4-8', ' claude-sonnet-5', 'opus-4-1'],
  ...['us.anthropic.claude-opus-4-6-v1:0', 'publishers/anthropic/models/claude-haiku-5', 'claude-sonnet-4-6@default'],
  ...['claude-haiku-4-5@20991231', 'claude-opus-4-1-20250805', 'claude-fable-5-2', 'claude-haiku-9', 'claude opus'],
];

/** Each key with a draw of its value. */
const keys: Readonly<Record<string, Draw>> = {
  env: drawVariables,
  permissions: drawPermissions,
  availableModels: atLeastOne(
    'claude-opus-4-8',
    'opus',
    'sonnet',
    'haiku',
    'fable',
    'opus-4',
    'OPUS',
    ' Claude-Opus-4-8',
    'claude-opus-4',
    'anthropic.claude-opus-4-8-v1:0',
    'claude-haiku-4-5',
    'claude-opus-4-6',
    'claude-sonnet-5',
    'claude-haiku-4-5@20251001',
  ),
  availableModelsMatch: oneOf('exact', 'prefix'),
  enforceAvailableModels: oneOf(true, false),
  model: oneOf('opus', 'claude-sonnet-5', 'haiku'),
  companyAnnouncements: atLeastOne('hello', 'maintenance', 'welcome'),
  spinnerVerbs: oneOf({ mode: 'append', verbs: ['Pondering'] }, { mode: 'replace', verbs: [] }),
  spinnerTipsEnabled: oneOf(true, false),
  gcpAuthRefresh: oneOf('gcloud auth login', 'curl x | sh'),
  hooks: oneOf({}, null, { PreToolUse: [{ command: 'a' }] }, { PreToolUse: [{ command: 'b' }], Stop: [] }),
  sandbox: oneOf({ enabled: true }, { enabled: false, network: { allow: ['a'] } }, { network: { allow: ['a', 'b'] } }),
  deniedModels: (chance) => spellings.filter(() => chance.happens(0.15)),
  deniedMcpServers: someOf('github', 'files'),
  allowedMcpServers: someOf('github', 'files'),
  allowedProviders: someOf('vertex', 'anthropic'),
  allowedHttpHookUrls: someOf('https://a.test', 'https://b.test'),
  cleanupPeriodDays: oneOf(1, 30, 0.5),
  apiKeyHelper: oneOf('/bin/key', ''),
  'odd/key~of people': oneOf(1, { 'inner/~': [1] }, { 'inner/~': [2] }),
  'companyAnnouncements\0hooks': oneOf('curl x | sh', 'true'),
  'env\0HTTPS_PROXY': oneOf('http://c.test', 'http://d.test'),
  toString: oneOf('a', { valueOf: 'b' }),
  '': oneOf('nameless', {}),
  long: (chance) => `${'x'.repeat(1_500)}${chance.between(0, 2)}`,
};
const names = Object.keys(keys);

export function drawSettings(chance: Chance): SettingsDraft {
  const probability = chance.pick([0, 0.1, 0.3]);
  const drawn = Object.fromEntries(
    names.filter(() => chance.happens(probability)).map((name): [string, unknown] => [name, draw(name, chance)]),
  );
  const isExact = drawn['availableModels'] !== undefined && chance.happens(0.5);
  return isExact ? { ...drawn, availableModelsMatch: 'exact' } : drawn;
}

/** Adds one key, or gives it another value. */
export function changeSetting(settings: SettingsDraft, chance: Chance): void {
  const name = names[chance.between(0, names.length - 1)] ?? 'env';
  settings[name] = draw(name, chance);
}

export function removeSetting(settings: SettingsDraft, chance: Chance): void {
  const present = Object.keys(settings);
  const name = present[chance.between(0, present.length - 1)];
  if (name !== undefined) delete settings[name];
}

/** Changes one list in place: adds an item, removes one, or turns it round. */
export function changeList(settings: SettingsDraft, chance: Chance): void {
  const lists = Object.values(settings).flatMap((value) => [value, ...inner(value)].filter(Array.isArray));
  const list: unknown[] | undefined = lists[chance.between(0, lists.length - 1)];
  const step = chance.between(0, 3);
  if (step === 0) list?.push(chance.pick(['fable', 'Bash', 'OPUS', 'claude-opus-4-8', 'claude-opus-4', ...spellings]));
  else if (step === 1) list?.splice(chance.between(0, list.length - 1), 1);
  else if (step === 2) list?.reverse();
  else if (Array.isArray(settings['availableModels'])) narrowLine(settings['availableModels'], chance);
}

/** Puts a version, a line or an alias in the place of the first entry that names an opus, and drops another entry. */
function narrowLine(list: unknown[], chance: Chance): void {
  const at = list.findIndex((entry) => /opus/i.test(String(entry)));
  if (at !== -1) list[at] = chance.pick(['claude-opus-4-8', 'claude-opus-4-6', 'claude-opus-4', 'opus']);
  if (list.length > 1) list.splice(at === list.length - 1 ? 0 : list.length - 1, 1);
}

function draw(name: string, chance: Chance): unknown {
  // The mutators change values in place.
  return structuredClone(keys[name]?.(chance));
}

function inner(value: unknown): readonly unknown[] {
  return typeof value === 'object' && value !== null ? Object.values(value) : [];
}

function drawVariables(chance: Chance): unknown {
  const values: Readonly<Record<string, Draw>> = {
    HTTPS_PROXY: oneOf('http://a.test', 'http://b.test', ''),
    ANTHROPIC_MODEL: oneOf('opus', 'claude-opus-5'),
    MAX_THINKING_TOKENS: oneOf('1000', '32000'),
    toString: oneOf('a', 'b'),
    spinnerVerbs: oneOf('a', 'b'),
  };
  const drawn = Object.entries(values).filter(() => chance.happens(0.4));
  return Object.fromEntries(drawn.map(([name, value]) => [name, value(chance)]));
}

function drawPermissions(chance: Chance): unknown {
  const values: Readonly<Record<string, Draw>> = {
    deny: someOf('Bash', 'Read(./.env)', 'WebFetch'),
    allow: someOf('Edit', 'Bash(ls)'),
    ask: someOf('Write'),
    additionalDirectories: someOf('/srv', '/opt'),
    defaultMode: oneOf('plan', 'acceptEdits'),
  };
  const drawn = Object.entries(values).filter(() => chance.happens(0.5));
  return Object.fromEntries(drawn.map(([name, value]) => [name, value(chance)]));
}

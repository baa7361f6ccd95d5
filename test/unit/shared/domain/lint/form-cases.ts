// Cases of values of known settings, and of what stands within them. What the real client says of each kind of them is
// asked in test/agents/claude/opinions.ts.

import { passing, type ShippedCase } from './shipped-case.ts';

const hook = (of: object) => ({ hooks: { PreToolUse: [{ hooks: [of] }] } });

/** Path, settings, and what the form is called. */
const wrongForms: readonly (readonly [string, Record<string, unknown>, string])[] = [
  ['verbose', { verbose: 'yes' }, 'boolean'],
  ['fallbackModel', { fallbackModel: 'sonnet' }, 'list of string'],
  ['permissions', { permissions: [] }, 'object'],
  ['cleanupPeriodDays', { cleanupPeriodDays: '30' }, 'whole number above 0'],
  ['cleanupPeriodDays', { cleanupPeriodDays: -1 }, 'whole number above 0'],
  ['cleanupPeriodDays', { cleanupPeriodDays: 1.5 }, 'whole number above 0'],
  ['deniedModels', { deniedModels: 'fable' }, 'list of string'],
  ['strictPluginOnlyCustomization', { strictPluginOnlyCustomization: 5 }, 'boolean or list of'],
  ['allowedProviders', { allowedProviders: 'vertex' }, 'list of'],
  ['permissions/deny', { permissions: { deny: 'Bash' } }, 'list of permission rule'],
  ['permissions/deny/0', { permissions: { deny: [5] } }, 'permission rule'],
  ...['', 'Bash(', 'Bash()', 'bash(rm)'].map(
    (rule) => ['permissions/ask/0', { permissions: { ask: [rule] } }, 'permission rule such as Bash'] as const,
  ),
  ['statusLine', { statusLine: { command: 'date' } }, 'object with type and command'],
  ['statusLine', { statusLine: null }, 'object'],
  ['attribution', { attribution: [] }, 'object'],
  ['attribution/commit', { attribution: { commit: 5 } }, 'string'],
  ['sandbox/enabled', { sandbox: { enabled: 'yes' } }, 'boolean'],
  ['sandbox/network/allowedDomains', { sandbox: { network: { allowedDomains: 'a.test' } } }, 'list of string'],
  ['modelOverrides/claude-opus-4-6', { modelOverrides: { 'claude-opus-4-6': 5 } }, 'string'],
  ['hooks/PreToolUse', { hooks: { PreToolUse: {} } }, 'list of object with hooks'],
  ['hooks/PreToolUse/0/hooks/0', hook({ type: 'command' }), 'object with type and command'],
  ['hooks/PreToolUse/0/hooks/0/timeout', hook({ type: 'command', command: 'a', timeout: 0 }), 'number above 0'],
  ['hooks/PreToolUse/0/hooks/0/url', hook({ type: 'http', url: 'x' }), 'an address'],
  ['worktree/symlinkDirectories', { worktree: { symlinkDirectories: 'a' } }, 'list of string'],
  ['skillListingBudgetFraction', { skillListingBudgetFraction: 3 }, 'number above 0 up to 1'],
  ['enabledPlugins/a@b', { enabledPlugins: { 'a@b': 5 } }, 'list of string or boolean'],
  ['allowedMcpServers/0/serverName', { allowedMcpServers: [{ serverName: 'a b' }] }, 'string that matches'],
];

const unknownValues: readonly (readonly [string, Record<string, unknown>, RegExp])[] = [
  ['permissions/defaultMode', { permissions: { defaultMode: 'foo' } }, /acceptEdits, auto, /],
  ['statusLine/type', { statusLine: { type: 'comand', command: 'date' } }, /^Did you mean "command"\?$/],
  ['hooks/PreToolUse/0/hooks/0/type', hook({ type: 'foo', command: 'a' }), /command, prompt, agent, http, mcp_tool/],
  ['hooks/PreTolUse', { hooks: { PreTolUse: [] } }, /^Did you mean "PreToolUse"\?$/],
  ['worktree/baseRef', { worktree: { baseRef: 'foo' } }, /fresh, head/],
  ['strictKnownMarketplaces/0/source', { strictKnownMarketplaces: [{ source: 'foo' }] }, /url, github/],
  ['theme', { theme: 'pink' }, /auto, dark, light/],
];

export const formCases: readonly ShippedCase[] = [
  ...wrongForms.map(([path, settings, form]) => ({
    what: `${JSON.stringify(settings)} instead of ${form}`,
    policy: passing(settings),
    finds: [`error setting_form /settings/${path}`],
    fix: new RegExp(`: .*${form}`),
  })),
  ...unknownValues.map(([path, settings, fix]) => ({
    what: `${JSON.stringify(settings)}, a value that nobody knows`,
    policy: passing(settings),
    finds: [`warning setting_value /settings/${path}`],
    fix,
  })),
  {
    what: 'forms as the newest client has them',
    policy: passing({
      permissions: { deny: ['Bash(rm *)', 'mcp__github', 'Read(./.env)'], defaultMode: 'plan' },
      statusLine: { type: 'command', command: 'date', padding: 0 },
      attribution: { commit: '', pr: '' },
      hooks: { PreToolUse: [{ matcher: 'Bash', hooks: [{ type: 'command', command: 'true' }] }] },
      sandbox: { enabled: true, network: { allowedDomains: ['a.test'] } },
      worktree: { baseRef: 'head' },
      allowedMcpServers: [{ serverName: 'github' }],
      strictKnownMarketplaces: [{ source: 'github', repo: 'acme/plugins' }],
      enabledPlugins: { 'a@b': true },
      theme: 'custom:acme',
    }),
    finds: [],
  },
  {
    what: 'a key that is misspelt within a known setting',
    policy: passing({ permissions: { denny: ['Bash'] }, sandbox: { network: { quantum: true } } }),
    finds: [
      'warning setting_unknown /settings/permissions/denny',
      'warning setting_unknown /settings/sandbox/network/quantum',
    ],
    fix: /^Did you mean "deny"\?$/,
  },
];

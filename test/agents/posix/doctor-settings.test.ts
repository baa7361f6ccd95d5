/** Conflicts with the pins that pinward doctor finds: managed sources, the shell, users' settings, an old CLI. */
import { type Complaint, findsEach } from './complaint.ts';
import { write } from './machine.ts';
import { type Patient, projectSettings, userSettings } from './patient.ts';

const dropIns = 'etc/claude-code/managed-settings.d';
const opus = (model: string) => JSON.stringify({ env: { ANTHROPIC_DEFAULT_OPUS_MODEL: model } });
const file =
  (path: string, content: string) =>
  ({ machine }: Patient) =>
    write(machine.path(path), content);

const complaints: readonly Complaint[] = [
  {
    name: 'a drop-in that is read later',
    worsen: file(`${dropIns}/90-team.json`, opus('claude-opus-4-6')),
    check: 'rank',
    says: /90-team\.json: ANTHROPIC_DEFAULT_OPUS_MODEL=claude-opus-4-6/,
    mends: /90-team\.json$/,
  },
  {
    name: 'a managed file that nobody can read',
    worsen: file(`${dropIns}/10-team.json`, '{"env": {'),
    check: 'rank',
    says: /could not read .*10-team\.json/,
    mends: /10-team\.json$/,
  },
  {
    name: "somebody else's policyHelper",
    worsen: file('etc/claude-code/managed-settings.json', '{"policyHelper": {"path": "/opt/other"}}'),
    check: 'rank',
    says: /names another policyHelper: \/opt\/other/,
    mends: /managed-settings\.json$/,
  },
  {
    name: 'server-managed settings',
    worsen: file('home/.claude/remote-settings.json', '{"model": "opus"}'),
    check: 'rank',
    says: /server-managed settings/,
    mends: /^claude auth logout$/,
  },
  {
    name: 'a profile on macOS',
    worsen: ({ machine, note }) => {
      write(machine.path('bin/uname'), '#!/bin/sh\ncase $* in -n) echo m-1 ;; *) echo Darwin ;; esac\n', 0o755);
      write(machine.path('Library/Managed Preferences/com.anthropic.claudecode.plist'), 'bplist00 model');
      note({});
    },
    check: 'rank',
    says: /a profile: .*com\.anthropic\.claudecode\.plist/,
    mends: /^sudo profiles show/,
  },
  {
    name: 'a variable that overrides the pins',
    env: { ANTHROPIC_MODEL: 'claude-opus-4-1@20250805' },
    worsen: file('home/.zshrc', 'export ANTHROPIC_MODEL=claude-opus-4-1@20250805\n'),
    check: 'shell',
    says: /ANTHROPIC_MODEL=claude-opus-4-1@20250805/,
    means: /overrides the pins.*~\/\.zshrc/,
    mends: /^unset ANTHROPIC_MODEL$/,
  },
  {
    name: 'another provider in the shell',
    env: { CLAUDE_CODE_USE_BEDROCK: '1' },
    check: 'shell',
    says: /CLAUDE_CODE_USE_BEDROCK=1/,
    mends: /^unset CLAUDE_CODE_USE_BEDROCK$/,
  },
  {
    name: 'a variable that says otherwise',
    env: { ANTHROPIC_SMALL_FAST_MODEL: 'claude-3-haiku', CLOUD_ML_REGION: 'us-east5' },
    check: 'shell',
    says: /CLOUD_ML_REGION=us-east5/,
    means: /still follows the pins/,
    mends: /^unset ANTHROPIC_SMALL_FAST_MODEL CLOUD_ML_REGION$/,
  },
  {
    name: 'a shell that has not read its pins',
    delivery: 'shell',
    env: { ANTHROPIC_DEFAULT_SONNET_MODEL: 'claude-sonnet-4' },
    check: 'shell',
    says: /ANTHROPIC_DEFAULT_SONNET_MODEL=claude-sonnet-4/,
    means: /overrides the pins/,
    mends: /^unset ANTHROPIC_DEFAULT_SONNET_MODEL; eval "\$\(pinward env\)"$/,
  },
  {
    name: 'a user setting against a pin',
    worsen: file(userSettings, opus('claude-opus-4-6')),
    check: 'settings',
    says: /\.claude\/settings\.json: ANTHROPIC_DEFAULT_OPUS_MODEL=claude-opus-4-6/,
    mends: /\.claude\/settings\.json$/,
  },
  {
    name: "a user's own model, in any form of JSON",
    worsen: file(userSettings, '{"a":[{},[1,"}"]],\n\t"b\\"":{"model":"x"} , "model" :"claude-opus-4-1@20250805"}'),
    check: 'settings',
    says: /settings\.json: model=claude-opus-4-1@20250805$/,
    means: /overrides the pins/,
    mends: /\.claude\/settings\.json$/,
  },
  {
    name: 'a project setting against a pin',
    worsen: file(projectSettings, '{"env": {"ANTHROPIC_DEFAULT_HAIKU_MODEL": "claude-3-haiku"}}'),
    check: 'settings',
    says: /ANTHROPIC_DEFAULT_HAIKU_MODEL=claude-3-haiku/,
    mends: /\.claude\/settings\.json$/,
  },
  {
    name: 'a CLI older than a pin needs',
    cli: '2.1.100',
    online: true,
    check: 'cli',
    says: /2\.1\.100 is older than a pin needs/,
    means: /claude-opus-4-8 needs Claude Code 2\.1\.154, this machine runs 2\.1\.100/,
    mends: /^claude update$/,
  },
  {
    name: 'a CLI that gets an older model than the pin',
    online: true,
    worsen: ({ server }) =>
      server.behave((_request, response) => {
        response.end('{"reasons": [{"code": "pinned"}, {"code": "cli_gated", "text": "it gets an older one"}]}');
      }),
    check: 'cli',
    says: /2\.1\.331 is older than a pin needs/,
    means: /it gets an older one/,
    mends: /^claude update$/,
  },
  {
    name: 'a CLI that knows no drop-ins',
    env: { CLAUDE_CODE_VERSION: '2.1.9' },
    check: 'cli',
    says: /2\.1\.9, and the pins need 2\.1\.83/,
    mends: /^claude update$/,
  },
];

findsEach('pinward doctor on settings', complaints);

// The doctor and the real Claude Code: what Claude Code would call is what the doctor says, and the doctor names who is to
// blame. `npm run test:claude` runs these tests.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { beforeEach, describe, test } from 'node:test';
import { type Version, whyNoClient } from './client.ts';
import { askedVersions, type Developer, examine, newDeveloper, place } from './developer.ts';
import { fleetForEach, pins } from './fleet.ts';

interface Trouble {
  readonly name: string;
  /** Files of the machine below /etc/claude-code, by their path. */
  readonly managed?: Readonly<Record<string, unknown>>;
  readonly user?: unknown;
  readonly repository?: unknown;
  readonly shell?: Readonly<Record<string, string>>;
  /** The versions that follow this trouble away from the pins. The others follow the pins. */
  readonly since?: Version | 'never';
  readonly says: RegExp;
  readonly mends: RegExp;
}

const base = 'managed-settings.json';
const dropIn = 'managed-settings.d/90-team.json';

const troubles: readonly Trouble[] = [
  {
    // The pins empty the switch.
    name: 'a Bedrock switch in the base file',
    managed: { [base]: { env: { CLAUDE_CODE_USE_BEDROCK: '1' } } },
    since: 'never',
    says: /^$/,
    mends: /^$/,
  },
  {
    name: 'a Bedrock switch of another team',
    managed: { [dropIn]: { env: { CLAUDE_CODE_USE_BEDROCK: '1' } } },
    says: /would call https:\/\/bedrock-runtime.*; because of: \S*90-team\.json$/,
    mends: /90-team\.json$/,
  },
  {
    name: 'ANTHROPIC_MODEL in the base file',
    managed: { [base]: { env: { ANTHROPIC_MODEL: 'claude-opus-4-1@20250805' } } },
    says: /^default: would call claude-opus-4-1@20250805 in global .*managed-settings\.json$/,
    mends: /managed-settings\.json$/,
  },
  {
    name: 'a model in the base file',
    managed: { [base]: { model: 'claude-opus-4-1@20250805' } },
    says: /^default: would call claude-opus-4-1@20250805 .*managed-settings\.json$/,
    mends: /managed-settings\.json$/,
  },
  {
    name: 'a Vertex base URL in the base file',
    managed: { [base]: { env: { ANTHROPIC_VERTEX_BASE_URL: 'https://me:secret-1@gateway.example.com/v1' } } },
    says: /at https:\/\/gateway\.example\.com\/v1; .*managed-settings\.json$/,
    mends: /managed-settings\.json$/,
  },
  {
    // The pins map each pinned id to itself.
    name: "a user's modelOverrides for a pinned id",
    user: { modelOverrides: { 'claude-opus-4-8': 'claude-opus-4-6' } },
    since: 'never',
    says: /^$/,
    mends: /^$/,
  },
  {
    name: 'modelOverrides of another team for a pinned id',
    managed: { [dropIn]: { modelOverrides: { 'claude-opus-4-8': 'claude-opus-4-6' } } },
    since: '2.1.331',
    says: /^opus: would call claude-opus-4-6 .*90-team\.json$/,
    mends: /90-team\.json$/,
  },
  {
    name: 'deniedModels of another team',
    managed: { [dropIn]: { deniedModels: ['claude-opus-4-8'] } },
    since: '2.1.331',
    says: /^opus: .*90-team\.json$/,
    mends: /90-team\.json$/,
  },
  {
    name: 'requiredMinimumVersion of another team',
    managed: { [dropIn]: { requiredMinimumVersion: '9.9.9' } },
    since: '2.1.331',
    says: /calls nothing: .*minimum version.*90-team\.json$/,
    mends: /90-team\.json$/,
  },
  {
    name: 'a managed file that is null',
    managed: { [dropIn]: null },
    since: '2.1.331',
    says: /calls nothing: .*90-team\.json/,
    mends: /90-team\.json$/,
  },
  {
    name: 'a provider that is not allowed',
    managed: { [dropIn]: { allowedProviders: ['bedrock'] } },
    since: '2.1.331',
    says: /calls nothing: .*allow.*90-team\.json$/,
    mends: /90-team\.json$/,
  },
  {
    name: 'a Bedrock switch of the repository',
    repository: { env: { CLAUDE_CODE_USE_BEDROCK: '1' } },
    since: 'never',
    says: /^$/,
    mends: /^$/,
  },
  {
    name: 'a model in the shell',
    shell: { ANTHROPIC_MODEL: 'claude-opus-4-1@20250805', CLAUDE_CODE_EFFORT_LEVEL: 'high' },
    says: /^default: would call claude-opus-4-1@20250805 .*variables of this shell: ANTHROPIC_MODEL$/,
    mends: /^unset ANTHROPIC_MODEL$/,
  },
];

describe('the doctor asks the real Claude Code', { skip: whyNoClient() }, () => {
  const fleet = fleetForEach(askedVersions);
  let developer: Developer;

  beforeEach(async () => {
    developer = newDeveloper();
    const { fable: _, ...known } = pins; // 2.1.137 has no alias for fable
    await fleet().state({}, { pins: known });
    await fleet().install('fragment');
  });

  for (const version of askedVersions) {
    test(`${version} and finds that every pin is called, on a machine with nothing wrong`, async () => {
      const { findings, output } = await examine(fleet().machine, developer, version);

      const client = findings.filter(({ check }) => check === 'client');
      assert.deepEqual(
        client.map(({ verdict }) => verdict),
        ['ok'],
        output,
      );
    });

    test(`${version} by way of the helper, which Claude Code runs for the answer`, async () => {
      await fleet().install('helper');

      const { findings, output } = await examine(fleet().machine, developer, version);

      assert.ok(
        findings.some(({ check, verdict }) => check === 'client' && verdict === 'ok'),
        output,
      );
    });

    for (const trouble of troubles) {
      const isFollowed = trouble.since === undefined || (trouble.since !== 'never' && version >= trouble.since);
      const ending = isFollowed ? 'and names the source' : 'which follows the pins';
      test(`${version} about ${trouble.name}, ${ending}`, async () => {
        const etc = join(fleet().machine.root, 'etc/claude-code');
        for (const [path, content] of Object.entries(trouble.managed ?? {}))
          place(join(etc, path), JSON.stringify(content));
        if (trouble.user !== undefined)
          place(join(developer.home, '.claude/settings.json'), JSON.stringify(trouble.user));
        if (trouble.repository !== undefined)
          place(join(developer.repository, '.claude/settings.json'), JSON.stringify(trouble.repository));

        const { findings, output } = await examine(fleet().machine, developer, version, trouble.shell);

        const problems = findings.filter(({ check, verdict }) => check === 'client' && verdict === 'problem');
        assert.equal(problems.length > 0, isFollowed, output);
        if (!isFollowed) return;
        assert.ok(
          problems.some(({ text }) => trouble.says.test(text)),
          output,
        );
        for (const { fix } of problems) assert.match(fix ?? '', trouble.mends, output);
        assert.ok(!output.includes('secret-1'), output);
      });
    }
  }
});

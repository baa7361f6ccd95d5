// The doctor of pinward.ps1 in PowerShell 7 and the real Claude Code for Linux, on a machine that pinward.sh set up. `npm run
// test:claude` runs these tests.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { isMissing } from '../../support/needs.ts';
import { agents } from '../packaging/files.ts';
import { whyNoClient } from './client.ts';
import { askedVersions, examine, newDeveloper, place } from './developer.ts';
import { fleetForEach, pins } from './fleet.ts';
import { marksOf, setTraps, startCountingEndpoint } from './traps.ts';

const config = '/etc/pinward/windows.conf';

describe('the doctor of pinward.ps1 asks the real Claude Code', { skip: whyNoClient() || isMissing('pwsh') }, () => {
  const fleet = fleetForEach(askedVersions);

  for (const version of askedVersions) {
    test(`${version}, and names the managed file that leads it away`, async () => {
      const developer = newDeveloper();
      const agent = await installBoth();
      const healthy = await examine(fleet().machine, developer, version, {}, agent);
      const team = join(fleet().machine.root, 'etc/claude-code/managed-settings.d/90-team.json');
      place(team, JSON.stringify({ env: { CLAUDE_CODE_USE_BEDROCK: '1' } }));
      const troubled = await examine(fleet().machine, developer, version, {}, agent);

      const ofClient = ({ findings }: typeof healthy) => findings.find(({ check }) => check === 'client');
      assert.equal(ofClient(healthy)?.verdict, 'ok', healthy.output);
      assert.match(ofClient(troubled)?.text ?? '', /bedrock-runtime.*; because of: \S*90-team\.json$/, troubled.output);
    });

    test(`${version}, and sets off no trap`, async () => {
      const developer = newDeveloper();
      await using endpoint = await startCountingEndpoint();
      setTraps(developer, endpoint.port);
      const agent = await installBoth();
      const { findings, output } = await examine(fleet().machine, developer, version, { NO_PROXY: '*' }, agent);

      assert.deepEqual([marksOf(developer), endpoint.requests], [[], []]);
      const problem = findings.find(({ check, verdict }) => check === 'client' && verdict === 'problem');
      assert.match(problem?.text ?? '', /at http:\/\/127\.0\.0\.1:\d+\/v1; because of: \S+settings\.json/, output);
    });
  }

  /** Sets the machine up by pinward.sh. Returns how pinward.ps1 is started there. */
  async function installBoth(): Promise<string> {
    const { fable: _, ...known } = pins; // 2.1.137 has no alias for fable
    await fleet().state({}, { pins: known });
    await fleet().install('fragment');
    const { root } = fleet().machine;
    const places = 'settings_dir = /etc/claude-code/managed-settings.d\nstate_dir = /var/lib/pinward\n';
    place(join(root, config), readFileSync(join(root, 'etc/pinward/agent.conf'), 'utf8') + places);
    place(join(root, 'usr/local/bin/pinward.ps1'), readFileSync(join(agents, 'windows/pinward.ps1'), 'utf8'));
    return `pwsh -NoProfile -File /usr/local/bin/pinward.ps1 --config ${config}`;
  }
});

// Everything at once that a careless question would set off: hooks, servers, helpers, plugins, programs of git, proxies,
// gateways and keys, of the user and of a repository that nobody trusts. `npm run test:claude` runs these tests.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fetchClaude, newMachine, whyNoClient } from './client.ts';
import { askedVersions, examine, newDeveloper, runAsDeveloper } from './developer.ts';
import { Fleet } from './fleet.ts';
import { marksOf, setTraps, startCountingEndpoint } from './traps.ts';

describe('the doctor sets off no trap', { skip: whyNoClient() }, () => {
  let fleet: Fleet;

  before(async () => {
    for (const version of askedVersions) fetchClaude(version);
    fleet = await Fleet.start();
  });
  after(() => fleet.close());

  for (const version of askedVersions) {
    test(`when it asks ${version}: nothing runs, nothing is written, nothing is sent, and the answer is right`, async () => {
      fleet.machine = newMachine();
      await fleet.state();
      await fleet.install('fragment');
      const developer = newDeveloper();
      await using endpoint = await startCountingEndpoint();
      setTraps(developer, endpoint.port);
      const before = everythingBelow(dirname(developer.home));
      const { findings, output } = await examine(fleet.machine, developer, version, {
        ANTHROPIC_API_KEY: 'sk-ant-shell',
        ANTHROPIC_CUSTOM_HEADERS: 'X-Secret: hush-hush',
        HTTPS_PROXY: `http://127.0.0.1:${endpoint.port}`,
        NO_PROXY: '*',
      });

      assert.deepEqual(marksOf(developer), []);
      assert.deepEqual(endpoint.requests, []);
      assert.deepEqual(everythingBelow(dirname(developer.home)), before);
      assert.ok(!output.includes('hush-hush') && !output.includes('sk-ant'), output);
      const problem = findings.find(({ check, verdict }) => check === 'client' && verdict === 'problem');
      assert.match(
        problem?.text ?? '',
        new RegExp(`at http://127.0.0.1:${endpoint.port}/v1; because of: \\S+settings.json`),
      );
    });
  }

  test('and the traps are real: asked plainly, Claude Code sets them off', async () => {
    fleet.machine = newMachine();
    await fleet.state();
    await fleet.install('fragment');
    const developer = newDeveloper();
    await using endpoint = await startCountingEndpoint();
    setTraps(developer, endpoint.port);
    const [version = '2.1.137'] = askedVersions;
    await runAsDeveloper(fleet.machine, developer, version, 'claude -p ping', { CLAUDE_CODE_SKIP_VERTEX_AUTH: '1' });

    const marks = marksOf(developer);
    for (const trap of [
      'repository-hook-SessionStart',
      'fsmonitor',
      'prefix',
      'path-ps',
      'repository-apiKeyHelper',
      'plugin-mcp',
      'file-git-trace',
    ])
      assert.ok(marks.includes(trap), `${trap}: ${marks.join()}`);
    assert.ok(endpoint.requests.length > 0);
  });
});

function everythingBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(folder, name)).isFile())
    .map((name) => `${name} ${readFileSync(join(folder, name), 'base64')}`)
    .sort();
}

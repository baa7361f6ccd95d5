// The agent says that its server hands out a newer one, with the line that installs it, and never runs that line.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { read } from '../packaging/files.ts';
import { inEveryShell, newMachine } from './machine.ts';
import { answering, first, startServer } from './server.ts';

const own = /^version=(.*)$/m.exec(read('infra/agents/posix/pinward.sh'))?.[1] ?? '';
const [major = 0, minor = 0, patch = 0] = own.split('.').map(Number);

inEveryShell(
  'the version of the agent',
  (shell) => {
    for (const newer of [`${major}.${minor}.${patch + 1}`, `${major}.${minor + 10}.0`, `${major + 1}.0.0`])
      test(`is less than ${newer}: status says so, with the line that updates, and nothing is updated`, async () => {
        using machine = newMachine(shell);
        await using server = await startServer(answering({ ...first, headers: { 'Pinward-Agent': newer } }));
        machine.configure({ server: server.url });
        await machine.run(['login']);
        const { out } = await machine.run(['status']);

        const line = `curl -fsS ${server.url}/install.sh | sudo sh -s -- --update --root ${machine.root}`;
        assert.ok(out.includes(`agent        ${own}; the server has ${newer}: ${line}\n`), out);
        assert.deepEqual(
          server.asked.map(({ path }) => path),
          ['/v1/pins.settings.json'],
        );
      });
  },
  () => {
    test('comes with a line that goes the way of the agent: by its proxy, with its certificates, to its root', async () => {
      using machine = newMachine();
      await using server = await startServer(answering({ ...first, headers: { 'Pinward-Agent': '99.0.0' } }));
      machine.configure({ server: server.url });
      await machine.run(['login']);
      machine.configure({ server: server.url, proxy: server.url, no_proxy: 'example.com', ca_file: '/its own/ca.pem' });
      const { out } = await machine.run(['status']);

      const certificates = `'${machine.root}/its own/ca.pem'`;
      const get = `curl -fsS --proxy ${server.url} --noproxy example.com --cacert ${certificates} ${server.url}/install.sh`;
      const options = `--proxy ${server.url} --no-proxy example.com --ca-file ${certificates}`;
      assert.ok(out.includes(`${get} | sudo sh -s -- --update ${options} --root ${machine.root}\n`), out);
    });

    for (const said of [own, '0.0.9', '', 'newest', '$(id)', '9;id', `${'9'.repeat(40)}.0.0`])
      test(`is all that status says when the server says "${said}"`, async () => {
        using machine = newMachine();
        await using server = await startServer(answering({ ...first, headers: { 'Pinward-Agent': said } }));
        machine.configure({ server: server.url });
        await machine.run(['login']);

        assert.match((await machine.run(['status'])).out, new RegExp(`^agent {8}${own}$`, 'm'));
      });
  },
);

/** The agent reports the outcome of each revision, when it is another than the last one reported. No report makes a command wait or fail. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, renameSync, rmSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { finished, fragment, inEveryShell, newMachine, pathOf, state, token, until, write } from './machine.ts';
import { answering, answeringWith, type FaultyServer, first, refusing, second, startServer } from './server.ts';

const silence = 'var/lib/pinward/pins.no_reports';
const due = { 'Pinward-Poll-After': '0' };

inEveryShell(
  'pinward reports',
  (shell) => {
    it('what came of a revision, once, and why it failed', async () => {
      using machine = newMachine(shell);
      await using server = await startServer(answering({ ...first, headers: due }));
      machine.configure({ server: server.url });
      await machine.run(['login']);
      await until(() => server.reports.length === 1);
      assert.equal(server.reports[0]?.headers.authorization, `Bearer ${token}`);
      assert.equal(server.reports[0]?.headers['content-type'], 'application/json');
      server.behave(answeringWith(second, { 'Content-Type': 'text/"\\html' }));
      for (let round = 0; round < 2; round += 1) await machine.run(['login']);
      server.behave(answering({ ...second, headers: due }));
      for (let round = 0; round < 2; round += 1) await machine.run(['login']);
      await until(() => server.reports.length === 3);
      const about = { machine: 'm-1', cli: '2.1.331' };
      const reason = "the answer is 'text/\"\\html', not application/json; does a proxy or a sign-in page answer?";
      assert.deepEqual(told(server), [
        { ...about, revision: 41, outcome: 'applied' },
        { ...about, revision: 42, outcome: 'failed', reason },
        { ...about, revision: 42, outcome: 'applied' },
      ]);
    });

    it('the last outcome of a revision, also when it had that outcome before', async () => {
      using machine = newMachine(shell);
      await using server = await startServer(answering({ ...first, headers: due }));
      machine.configure({ server: server.url, settings_dir: '/settings' });
      for (const round of [1, 2]) {
        await machine.run(['refresh']);
        renameSync(machine.path('settings'), machine.path('away'));
        write(machine.path('settings'), 'in the way');
        await machine.run(['refresh']);
        assert.equal(server.reports.length, 2 * round);
        rmSync(machine.path('settings'));
        renameSync(machine.path('away'), machine.path('settings'));
        write(machine.path(state), machine.read(state).replace(/^next_at=.*$/m, 'next_at=0'));
      }
      for (let round = 0; round < 2; round += 1) await machine.run(['refresh']);
      const outcomes = told(server).map(({ revision, outcome }) => `${outcome} ${revision}`);
      assert.deepEqual(outcomes, ['applied 41', 'failed 41', 'applied 41', 'failed 41', 'applied 41']);
    });

    it('only where somebody listens, and asks again after a day', async () => {
      using machine = newMachine(shell);
      await using server = await startServer(answering({ ...first, headers: due }));
      server.answerReports((_request, response) => response.writeHead(404).end());
      machine.configure({ server: server.url });
      await machine.run(['login']);
      await until(() => existsSync(machine.path(silence)) && machine.read(silence).endsWith('\n'));
      server.behave(answering({ ...second, headers: due }));
      assert.equal((await machine.run(['refresh'])).code, 0); // waits for its report
      assert.equal(server.reports.length, 1);
      assert.ok(Number(machine.read(silence)) > Date.now() / 1000 + 86_000);
      write(machine.path(silence), `${Math.floor(Date.now() / 1000)}\n`);
      await machine.run(['refresh']);
      assert.deepEqual(
        told(server).map(({ revision }) => revision),
        [41, 42],
      );
    });
  },
  () => {
    it('without keeping a login waiting, and no longer than two seconds', async () => {
      using machine = newMachine();
      await using server = await startServer(answering(first));
      const { promise: reported, resolve: report } = Promise.withResolvers<ServerResponse>();
      server.answerReports((_request, response) => report(response));
      machine.configure({ server: server.url });
      // The report of this curl waits for a minute, so that a slow login ends before it does.
      const curl = `echo "$*" >>"$0.calls"; exec ${pathOf('curl')} "$@" --max-time 60`;
      write(machine.path('bin/curl'), `#!/bin/sh\n${curl}\n`, 0o755);
      const login = machine.start(['login'], { env: { PATH: `${machine.path('bin')}:${process.env['PATH']}` } });
      await once(login, 'exit');
      assert.deepEqual([login.exitCode, machine.read(fragment)], [0, first.body]);
      const response = await reported;
      assert.equal(response.destroyed, false);
      response.writeHead(202).end();
      assert.match(machine.read('bin/curl.calls'), /--max-time 2 .*\/v1\/reports$/m);
    });

    it('before a refresh ends, since timers end what a refresh leaves running', async () => {
      using machine = newMachine();
      await using server = await startServer(answering(first));
      let release = () => {};
      server.answerReports((_request, response) => {
        release = () => response.writeHead(202).end();
      });
      machine.configure({ server: server.url });
      const refresh = machine.start(['refresh']);
      const run = finished(refresh);
      await until(() => server.reports.length === 1);
      const early = await Promise.race([run, setTimeout(500, 'still running')]);
      release();
      assert.equal(early, 'still running');
      assert.equal((await run).code, 0);
    });

    it('not when the server broke, nor when it lagged behind', async () => {
      using machine = newMachine();
      await using server = await startServer(answering({ ...second, headers: due }));
      machine.configure({ server: server.url });
      await machine.run(['refresh']);
      for (const behaviour of [refusing(500, {}, { 'Pinward-Revision': '43' }), answering(first)]) {
        server.behave(behaviour);
        write(machine.path(state), machine.read(state).replace(/^next_at=.*$/m, 'next_at=0'));
        assert.equal((await machine.run(['refresh'])).code, 0);
      }
      assert.deepEqual(
        told(server).map(({ revision, outcome }) => [revision, outcome]),
        [[42, 'applied']],
      );
    });
  },
);

function told({ reports }: FaultyServer): readonly Record<string, unknown>[] {
  return reports.map(({ body }) => JSON.parse(body));
}

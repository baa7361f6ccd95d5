/** Names that the caller exports: they change nothing, and no child of the agent finds the agent's values under them. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import { inEveryShell, newMachine, pathOf, script, token, write } from './machine.ts';
import { answering, exports, refusing, sha256, startServer } from './server.ts';

/** Every name that the agent may assign. */
const names = new Set(
  [...readFileSync(script, 'utf8').matchAll(/\b[a-z][a-z0-9_]*\b/g)]
    .map(([name]) => name)
    .filter((name) => !/^(?:https?|all|no)_proxy$/.test(name)),
);
const proxies = { http_proxy: 'http://proxy.example', no_proxy: 'a, b' };
const due = { 'Pinward-Poll-After': '0' };
const secret = 'proxy-password';

inEveryShell(
  'pinward, called with its own names exported,',
  (shell) => {
    it('gives no child its values, and the proxies of the caller', async () => {
      using machine = newMachine(shell);
      await using server = await startServer(answering({ ...exports, headers: due }));
      machine.configure({
        server: server.url,
        delivery: 'shell',
        no_proxy: '127.0.0.1',
        proxy: `http://u:${secret}@localhost:1`,
      });
      const seen = machine.path('seen');
      for (const tool of ['sed', 'grep', 'head', 'mktemp', 'date']) {
        write(machine.path(`bin/${tool}`), `#!/bin/sh\n/usr/bin/env >>'${seen}'\nexec ${pathOf(tool)} "$@"\n`, 0o755);
      }
      const poisons = Object.fromEntries([...names].map((name) => [name, `poison\nof ${name}`]));
      const env = { ...poisons, ...proxies, PATH: `${machine.path('bin')}:${process.env['PATH']}` };
      for (const command of ['login', 'refresh', 'env']) {
        const { code, err } = await machine.run([command], { env });
        assert.deepEqual([code, err], [0, ''], command);
      }
      assert.equal((await machine.run(['env'], { env })).out, exports.body);
      const lines = machine.read('seen').split('\n');
      const passed = new Set(lines.filter((line) => /^[a-z]\w*=/.test(line)));
      assert.deepEqual([...passed].sort(), [`http_proxy=${proxies.http_proxy}`, `no_proxy=${proxies.no_proxy}`]);
      assert.ok(!lines.some((line) => line.includes(token) || line.includes(secret)));
    });
  },
  () => {
    it('takes no hash of theirs for the one that the server sent', async () => {
      using machine = newMachine();
      await using server = await startServer(answering(exports));
      machine.configure({ server: server.url });
      await machine.run(['env']);
      const altered = exports.body.replace('BLANK', 'ALTERED');
      write(machine.path('var/lib/pinward/pins.sh'), altered);
      server.behave(refusing(503, {}));
      const { code, out } = await machine.run(['env'], { env: { out_etag: sha256(altered) } });
      assert.deepEqual([code, out], [0, '']);
    });
  },
);

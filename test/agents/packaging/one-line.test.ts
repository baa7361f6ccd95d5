// The one line that installs on Linux and macOS: from an empty root folder to applied pins and back, in real shells, from a service as
// `npm start` runs it.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { isMissing } from '../../support/needs.ts';
import { finished, fragment, newMachine, shells, until, whyNot } from '../posix/machine.ts';
import { startServer } from '../posix/server.ts';
import { read } from './files.ts';
import { filled, type Handing, runLine, startHanding } from './one-line.ts';

const applied = {
  fragment,
  helper: 'var/lib/pinward/pins.helper.json',
  shell: 'var/lib/pinward/pins.sh',
} as const;

describe('curl | sh', { skip: isMissing('systemd-analyze') || isMissing('curl') || isMissing('openssl') }, () => {
  let service: Handing;
  let get: string;

  before(async () => {
    service = await startHanding();
    get = `curl -fsS ${service.url}/install.sh`;
  });
  after(() => service[Symbol.asyncDispose]());

  for (const [name, [program = name, ...flags]] of shells) {
    const shell = [program, ...flags].join(' ');
    describe(`in ${name}`, { skip: whyNot(program), concurrency: 2 }, () => {
      for (const delivery of ['fragment', 'helper', 'shell'] as const)
        test(`goes from an empty folder to pins for ${delivery}, signed by a pinned key, and back without a trace`, async () => {
          using machine = newMachine();
          const options = `--root ${machine.root} --token-file ${service.tokenFile} --delivery ${delivery}`;
          const { code, out, err } = await runLine(machine, `${get} | ${shell} -s -- ${options}`);

          assert.equal(code, 0, err);
          assert.match(out, /^trusting key [0-9a-f]{16} of local, from /m);
          assert.ok(machine.read(applied[delivery]).includes('claude-opus'), applied[delivery]);
          assert.match(machine.read('etc/pinward/agent.conf'), /^organisation=local$/m);
          assert.match(machine.read('etc/systemd/system/pinward.timer'), /OnBootSec/);
          assert.equal(machine.read('usr/local/bin/pinward'), read('infra/agents/posix/pinward.sh'));
          assert.match(
            (await machine.run(['status'])).out,
            /^signatures +required of local, last good one by [0-9a-f]{16}/m,
          );

          await until(() => machine.files().some((name) => name.endsWith('.reported')));
          const removed = await runLine(machine, `${get} | ${shell} -s -- --root ${machine.root} --remove`);
          assert.equal(removed.code, 0, removed.err);
          assert.deepEqual(machine.files(), []);
        });

      test('asks a person at a terminal for the token, and does not show it', {
        skip: isMissing('script'),
      }, async () => {
        using machine = newMachine();
        const line = `${get} | ${shell} -s -- --token-stdin --root ${machine.root}; stty -a`;
        const env = { PATH: process.env['PATH'] ?? '', HOME: machine.path('home') };
        const child = spawn('script', ['-qefc', line, '/dev/null'], { env, cwd: '/' });
        child.stdout.on('data', (data: Buffer) => {
          if (data.includes('not shown')) child.stdin.write(`${service.token}\r`);
        });
        const { out } = await finishedTyping(child);

        assert.match(out, /^revision 1 is applied/m);
        assert.equal(machine.read('etc/pinward/token').trim(), service.token);
        assert.ok(!out.includes(service.token), out);
        assert.match(out, /\secho\s/);
      });

      test('takes the token from standard input where the script is not there', async () => {
        using machine = newMachine();
        const line = `${shell} -c "$(${get})" sh --token-stdin --root ${machine.root}`;
        const { code, err } = await runLine(machine, line, `${service.token}\n`);

        assert.equal(code, 0, err);
        assert.equal(machine.read('etc/pinward/token').trim(), service.token);
      });

      test('does nothing when the download is cut off, wherever that is', async () => {
        using machine = newMachine();
        await using server = await startServer((_request, response) => response.writeHead(404).end());
        const script = filled(server.url, 'a'.repeat(64));
        const asked = async (length: number) => {
          const child = spawn(program, [...flags, '-s', '--', '--root', machine.root], { cwd: machine.root });
          await finished(child, script.slice(0, length));
          return [server.asked.length, machine.files()];
        };
        const nearEnd = fc.integer({ min: 0, max: 40 }).map((left) => script.length - 2 - left);
        const length = fc.oneof(fc.integer({ min: 0, max: script.length - 2 }), nearEnd);
        await fc.assert(
          fc.asyncProperty(length, async (cut) => assert.deepEqual(await asked(cut), [0, []])),
          { numRuns: 60 },
        );

        await asked(script.length);
        assert.equal(server.asked.length, 1);
      });
    });
  }
});

/** Standard input stays open for what is typed. */
async function finishedTyping(child: ReturnType<typeof spawn>): Promise<{ readonly out: string }> {
  let out = '';
  child.stdout?.on('data', (data: Buffer) => {
    out += data.toString();
  });
  const { promise, resolve } = Promise.withResolvers<{ readonly out: string }>();
  child.on('close', () => resolve({ out }));
  return promise;
}

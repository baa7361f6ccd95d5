/** Failures of server, network and token. After each the agent keeps the last good file and prints the reason. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  fragment,
  leftovers,
  type Machine,
  newMachine,
  oneShell,
  pathOf,
  shells,
  state,
  whyNot,
  write,
} from './machine.ts';
import {
  answering,
  answeringWith,
  type Behaviour,
  cutShort,
  cutShortInChunks,
  endless,
  type FaultyServer,
  first,
  refusing,
  second,
  sha256,
  startServer,
} from './server.ts';

interface Failure {
  readonly title: string;
  readonly behaviour?: Behaviour;
  readonly config?: Record<string, string>;
  readonly reason: RegExp;
  /** Depends on curl and the server only, so one shell is enough. */
  readonly once?: true;
}

const ofAsking: readonly Failure[] = [
  { title: 'nobody listens', once: true, config: { server: 'http://localhost:1' }, reason: /connect/ },
  {
    title: 'the name does not resolve',
    once: true,
    config: { server: 'https://pinward.invalid' },
    reason: /resolve host/,
  },
  { title: 'the server hangs', config: { timeout: '1' }, behaviour: () => {}, reason: /timed out/ },
  {
    title: 'the server breaks',
    once: true,
    behaviour: refusing(500, { title: 'It "broke"', hint: 'Wait' }),
    reason: /500: It 'broke': Wait/,
  },
  {
    title: 'the token is refused',
    once: true,
    behaviour: refusing(401, { title: 'Unknown token' }),
    reason: /401: Unknown token/,
  },
  {
    title: 'the server redirects',
    once: true,
    behaviour: refusing(302, {}, { Location: '/elsewhere' }),
    reason: /302 to .elsewhere/,
  },
  { title: 'the token file is gone', once: true, config: { token_file: '/nowhere' }, reason: /could not get a token/ },
  {
    title: 'the token command fails',
    once: true,
    config: { token_command: 'false' },
    reason: /could not get a token from false/,
  },
];

const ofTheAnswer: readonly Failure[] = [
  { title: 'the body is cut short', once: true, behaviour: cutShort(second), reason: /closed/ },
  { title: 'the chunked body is cut short', once: true, behaviour: cutShortInChunks(second), reason: /closed/ },
  { title: 'the body does not end', once: true, behaviour: endless(second), reason: /over 1048576 bytes/ },
  {
    title: 'a sign-in page answers',
    once: true,
    behaviour: answeringWith(second, { 'Content-Type': 'text/html' }),
    reason: /text\/html/,
  },
  {
    title: 'the hash is of something else',
    behaviour: answeringWith(second, { ETag: `"${sha256('')}"` }),
    reason: /SHA-256/,
  },
  { title: 'there is no hash', once: true, behaviour: answeringWith(second, { ETag: '' }), reason: /no ETag/ },
  {
    title: 'there is no revision',
    once: true,
    behaviour: answeringWith(second, { 'Pinward-Revision': '' }),
    reason: /no Pinward-Rev/,
  },
  {
    title: 'the revision is lower',
    behaviour: answering({ ...second, revision: 40 }),
    reason: /older revision, 40 after 41/,
  },
  { title: 'the body is empty', once: true, behaviour: answering({ ...second, body: '' }), reason: /not a whole/ },
  {
    title: 'the JSON is half',
    once: true,
    behaviour: answering({ ...second, body: '{"env":{\n' }),
    reason: /not a whole/,
  },
];

describe('pinward keeps the good file and says why', { concurrency: 5 }, () => {
  fails(oneShell, 'asking fails', ofAsking);
  fails(oneShell, 'the answer is wrong', ofTheAnswer);
  const core = [...ofAsking, ...ofTheAnswer].filter(({ once }) => !once);
  for (const shell of shells.keys()) if (shell !== oneShell) fails(shell, 'a core thing fails', core);

  it('and stops an endless body also by a curl before 8.4, which would go on', { skip: whyNot(oneShell) }, async () => {
    using machine = newMachine(oneShell);
    await using server = await startServer(answering(first));
    machine.configure({ server: server.url });
    await machine.run(['login']);
    // Makes the limit a meaningless header, as a curl before 8.4 would ignore the limit here.
    const old = `#!/bin/sh
for word do shift; case $word in --max-filesize) word=--header ;; esac; set -- "$@" "$word"; done
${pathOf('curl')} "$@"
code=$?
echo $code >${machine.path('bin/code')}
exit $code
`;
    write(machine.path('bin/curl'), old, 0o755);
    server.behave(endless(second));
    const login = await machine.run(['login'], { env: { PATH: `${machine.path('bin')}:${process.env['PATH']}` } });

    assert.deepEqual([login.code, /over 1048576 bytes/.test(login.err)], [0, true]);
    assert.equal(machine.read('bin/code'), '23\n', 'it could not write on');
    assert.equal(machine.read(fragment), first.body);
  });

  it('and takes no 304 for pins when it has none', { skip: whyNot(oneShell) }, async () => {
    using machine = newMachine(oneShell);
    await using server = await startServer(refusing(304, {}));
    machine.configure({ server: server.url });
    const login = await machine.run(['login']);

    assert.equal(login.code, 1);
    assert.match(login.err, /304 to a machine that holds nothing/);
  });
});

/** Runs the failures one after another on one machine, which keeps its file through all of them. */
function fails(shell: string, subject: string, failures: readonly Failure[]): void {
  describe(`in ${shell} when ${subject}`, { concurrency: 1, skip: whyNot(shell) }, () => {
    let machine: Machine;
    let server: FaultyServer;
    before(async () => {
      machine = newMachine(shell);
      server = await startServer(answering(first));
      machine.configure({ server: server.url });
      assert.equal((await machine.run(['login'])).code, 0);
    });
    after(async () => {
      machine[Symbol.dispose]();
      await server[Symbol.asyncDispose]();
    });
    for (const { title, behaviour, config, reason } of failures) {
      it(title, async () => {
        machine.configure({ server: server.url, ...config });
        if (behaviour) server.behave(behaviour);
        const login = await machine.run(['login']);
        assert.equal(login.code, 0);
        assert.match(login.err, reason);
        assert.match(machine.read(state), reason);
        assert.equal(machine.read(fragment), first.body);
        assert.deepEqual(leftovers(machine), []);
      });
    }
  });
}

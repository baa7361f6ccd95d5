/** Rules about failing servers, proxies and networks: the last good copy stays, and shells and Claude Code start. */
import { connect, createServer } from 'node:net';
import { maxMs, maxOutput } from './process.ts';
import {
  type Bench,
  broken,
  type Case,
  keepsThrough,
  kept,
  type Rule,
  startsWithPins,
  whatCaseDid,
  whatChanged,
} from './rule.ts';
import {
  altered,
  backwards,
  cuts,
  hangUp,
  oversize,
  pages,
  redirects,
  refusals,
  slowness,
  tricks,
} from './server-faults.ts';
import { startTrial } from './trial.ts';

export const faultRules: readonly Rule[] = [
  keeping(
    'keeps-when-refused',
    'Keeps its last good copy when the server answers 4xx or 5xx.',
    'An outage must change nothing on a machine.',
    refusals,
  ),
  keeping(
    'keeps-when-html',
    'Takes no web page for pins.',
    'Proxies and sign-in pages answer 200, and Claude Code does not start on a file that it cannot parse.',
    pages,
    3,
  ),
  keeping(
    'keeps-when-cut',
    'Takes no answer that is cut off.',
    'Half a file stops Claude Code, or holds half of the pins.',
    cuts,
    3,
  ),
  keeping(
    'keeps-when-oversize',
    'Reads no more than 1 MiB of an answer, and takes none that is longer.',
    'An answer without end would fill the disk; Claude Code takes no more from a policyHelper.',
    oversize,
  ),
  {
    id: 'ends-in-time',
    says: `Ends within ${maxMs / 1000} seconds, however slow the server is, and keeps its last good copy.`,
    because: 'Logins and timers wait for the agent.',
    needs: [],
    check: async (bench) => {
      const cases = bench.brief ? slowness.slice(0, 1) : slowness;
      const found = await Promise.all(cases.map((slow) => whatSlownessDid(bench, slow)));
      const wrong = found.find((evidence) => evidence !== undefined);
      return wrong === undefined ? kept : broken(wrong);
    },
  },
  keeping(
    'follows-no-redirect',
    'Follows no redirect.',
    'The token and the pins would go to or come from a host that nobody configured.',
    redirects,
  ),
  {
    id: 'no-plain-http',
    says: 'Asks no other host by plain http.',
    because: 'Anybody between agent and server could read the token and write the pins. http is for localhost only.',
    needs: [],
    check: async ({ adapter }) => {
      await using trial = await startTrial(adapter);
      // Both are this machine too, but an agent has to treat them as other hosts. .NET connects to no 0.0.0.0.
      const { elsewhere } = trial.world;
      await using second = await startForwarder('127.0.0.2', Number(new URL(elsewhere.url).port));
      for (const url of [elsewhere.url.replace('127.0.0.1', '0.0.0.0'), ...second.urls]) {
        await trial.install(url);
        await trial.run('login');
        const wrong = whatChanged(trial);
        if (wrong !== undefined) return broken(wrong);
      }
      return kept;
    },
  },
  keeping(
    'checks-the-hash',
    "Takes only bytes whose SHA-256 is the answer's ETag.",
    'What was damaged or mixed up on its way must not be applied.',
    altered,
    3,
  ),
  keeping(
    'never-goes-back',
    'Takes no revision that is missing or lower than one it has seen.',
    'A rollback is a new revision; an older one comes from an instance that lags behind, or from an attacker.',
    backwards,
    3,
  ),
  {
    id: 'exits-0',
    says: 'Exits with 0 while there is a last good copy, whatever the server does.',
    because: 'Pinward never keeps a shell, a login or Claude Code from starting.',
    needs: [],
    check: async ({ adapter }) => {
      await using trial = await startTrial(adapter);
      for (const { title, pins } of [...refusals.slice(0, 1), ...pages.slice(0, 1), ...cuts.slice(0, 1), hangUp]) {
        trial.world.behave(pins(trial.world));
        const { code } = await trial.run('login');
        if (code !== 0 && trial.file() !== undefined) return broken(`when ${title}: exit ${code}`);
      }
      return kept;
    },
  },
  {
    id: 'says-why',
    says: `Says why it failed, in at most ${maxOutput / 1024} KiB without control characters.`,
    because: 'Somebody looks for the cause; and what a server sends must play no tricks on their terminal.',
    needs: [],
    check: async ({ adapter }) => {
      await using trial = await startTrial(adapter);
      for (const { title, pins } of tricks) {
        trial.world.behave(pins(trial.world));
        const { out, err } = await trial.run('login');
        if (err.trim() === '') return broken(`when ${title}: nothing is said`);
        if (Math.max(out.length, err.length) > maxOutput) return broken(`when ${title}: too much is said`);
        if (/[^\P{Cc}\n\t]/u.test(out + err)) return broken(`when ${title}: control characters are printed`);
      }
      return kept;
    },
  },
];

function keeping(id: string, says: string, because: string, cases: readonly Case[], least = 1): Rule {
  return { id, says, because, needs: [], check: (bench) => keepsThrough(bench, cases, { least }) };
}

async function whatSlownessDid(bench: Bench, slow: Case): Promise<string | undefined> {
  await using trial = await startTrial(bench.adapter);
  return await whatCaseDid(bench, trial, await startsWithPins(bench, trial), slow);
}

/** Forwards connections to a port of 127.0.0.1. Without a URL where the machine lacks that address, as Macs do. */
async function startForwarder(
  host: string,
  port: number,
): Promise<AsyncDisposable & { readonly urls: readonly string[] }> {
  const server = createServer((socket) => {
    const onward = connect(port, '127.0.0.1');
    for (const end of [socket, onward]) end.on('error', () => [socket, onward].map((both) => both.destroy()));
    socket.pipe(onward).pipe(socket);
  });
  const isListening = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false)).listen(0, host, () => resolve(true));
  });
  const address = server.address();
  const urls = isListening && address !== null && typeof address === 'object' ? [`http://${host}:${address.port}`] : [];
  return { urls, [Symbol.asyncDispose]: async () => void (isListening && server.close()) };
}

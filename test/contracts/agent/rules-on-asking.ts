/** Rules about the requests of an agent: conditional polls, the token, the agent's name, reports. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { sha256 } from './authority.ts';
import { bodyOf, honest } from './faulty-server.ts';
import { broken, kept, type Rule } from './rule.ts';
import { machine, startBare, startTrial, type Trial } from './trial.ts';

export const askingRules: readonly Rule[] = [
  {
    id: 'asks-conditionally',
    says: 'Sends If-None-Match with the ETag of what it holds, nothing of the kind before, and takes 304 for success.',
    because:
      'A poll that changes nothing then costs no body; a 304 to a machine that holds nothing would leave it with nothing.',
    needs: [],
    check: async ({ adapter }) => {
      await using trial = await startTrial(adapter);
      const { world } = trial;
      const asked = (index: number) => questions(trial).at(index)?.headers['if-none-match'];
      if (asked(0) !== undefined) return broken('the first question already has If-None-Match');
      const { code } = await trial.run('login');
      const [sent, needed] = [asked(-1), `"${sha256(bodyOf(world.held, 'settings.json'))}"`];
      if (sent !== needed) return broken(`the second question has If-None-Match: ${sent ?? 'none'}, not ${needed}`);
      return code === 0 && trial.file() === bodyOf(world.held, 'settings.json')
        ? kept
        : broken(`a 304 makes it exit ${code}`);
    },
  },
  {
    id: 'token-in-header',
    says: 'Sends its token as Authorization: Bearer, and never in an address.',
    because: 'Addresses end up in the logs of servers and proxies.',
    needs: [],
    check: async ({ adapter }) => {
      await using trial = await startTrial(adapter);
      await trial.run('login');
      for (const { query, path, headers } of trial.world.server.asked) {
        if (`${path}?${query}`.includes(trial.token)) return broken('the token is in the address');
        if (!path.startsWith('/v1/keys') && headers.authorization !== `Bearer ${trial.token}`) {
          return broken(`a question to ${path} has ${headers.authorization ? 'another' : 'no'} Authorization`);
        }
      }
      return kept;
    },
  },
  {
    id: 'token-not-shown',
    says: 'Shows its token in no command line, no output and no file that others may read.',
    because: 'Everybody on a machine may list processes and read its logs.',
    needs: [],
    check: async ({ adapter }) => {
      await using trial = await startTrial(adapter);
      const lists: string[] = [];
      trial.world.behave((request, response) => {
        lists.push(commandLines());
        honest(trial.world, trial.world.next)(request, response);
      });
      const { out, err } = await trial.run('login');
      if (lists.some((list) => list.includes(trial.token))) return broken('the token is in a command line');
      if ((out + err).includes(trial.token)) return broken('the token is printed');
      const [open] = filesBelow(trial.root).filter(
        (file) => isOpen(file) && readFileSync(file, 'utf8').includes(trial.token),
      );
      return open === undefined ? kept : broken(`others may read the token in ${open.slice(trial.root.length)}`);
    },
  },
  {
    id: 'names-itself',
    says: 'Asks GET /v1/pins.settings.json for its machine, and says in User-Agent which agent it is.',
    because: 'Rings and rollouts are chosen by the machine; a fleet is upgraded by knowing who asks.',
    needs: [],
    check: async ({ adapter }) => {
      await using trial = await startTrial(adapter);
      for (const { query, headers } of questions(trial)) {
        if (query.get('machine') !== machine) return broken(`machine is ${query.get('machine') ?? 'left out'}`);
        const name = headers['user-agent'] ?? '';
        if (!/^[\w.-]+\/\w/.test(name) || /^(?:curl|Go-http-client|python|node)\b/i.test(name)) {
          return broken(`User-Agent is ${name || 'left out'}, not NAME/VERSION of the agent`);
        }
      }
      return questions(trial).length > 0 ? kept : broken('/v1/pins.settings.json was not asked');
    },
  },
  {
    id: 'reports-once',
    says: 'If it reports, then the outcome of a revision once, until that is another, with its token.',
    because: 'A rollout ends itself when too many machines report that they failed: each must count once.',
    needs: [],
    check: async ({ adapter }) => {
      await using trial = await startTrial(adapter);
      const { world } = trial;
      await trial.run('login');
      world.behave(honest(world, world.next));
      await trial.run('login');
      for (let tries = 0; tries < 60 && !world.server.reports.some(speaksOf(43)); tries++) await setTimeout(50);
      if (world.server.reports.length === 0) return { kind: 'not applicable', evidence: 'it reports nothing' };
      if (world.server.reports.some(({ headers }) => headers.authorization !== `Bearer ${trial.token}`)) {
        return broken('a report has no token');
      }
      const of42 = world.server.reports.filter(speaksOf(42)).length;
      return of42 === 1 ? kept : broken(`revision 42 was reported ${of42} times`);
    },
  },
  {
    id: 'helper-one-object',
    says: 'The helper prints one JSON object and exits with 0 within 10 seconds, whatever is or is not there.',
    because: 'Claude Code does not start when its policyHelper fails, is slow or prints anything else.',
    needs: ['helper'],
    check: async ({ adapter }) => {
      await using bare = await startBare(adapter);
      const before = await whatHelperDid(bare, 'nothing is installed');
      if (before !== undefined) return broken(before);
      await bare.install(); // the server never answers, so there is no copy yet
      const without = await whatHelperDid(bare, 'the server does not answer and there is no copy');
      if (without !== undefined) return broken(without);
      await using trial = await startTrial(adapter);
      const first = await whatHelperDid(trial, 'the server is healthy');
      trial.world.behave((_request, response) => response.writeHead(500).end('no'));
      const second = await whatHelperDid(trial, 'the server fails');
      return first === undefined && second === undefined ? kept : broken(first ?? second ?? '');
    },
  },
];

async function whatHelperDid(trial: Trial, title: string): Promise<string | undefined> {
  const { code, out, ms } = await trial.run('helper');
  if (code !== 0) return `when ${title}: exit ${code}`;
  if (ms > 10_000) return `when ${title}: it takes ${ms} ms`;
  return isObject(out) ? undefined : `when ${title}: it prints ${JSON.stringify(out.slice(0, 80))}`;
}

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

function questions({ world }: Trial) {
  return world.server.asked.filter(({ path }) => path === '/v1/pins.settings.json');
}

function speaksOf(revision: number): (report: { readonly body: string }) => boolean {
  return ({ body }) => new RegExp(`"revision": *${revision}\\b`).test(body);
}

function commandLines(): string {
  if (process.platform !== 'linux') return spawnSync('ps', ['-A', '-ww', '-o', 'args']).stdout.toString();
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map((pid) => commandLine(pid)).join('\n');
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return ''; // the process has just ended
  }
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function isOpen(file: string): boolean {
  return ((statSync(file, { throwIfNoEntry: false })?.mode ?? 0) & 0o077) !== 0;
}

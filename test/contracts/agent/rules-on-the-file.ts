/** Rules about the managed file: what a reader sees at every moment. */
import { readdirSync, readFileSync, rmSync, statSync, watch, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { cutShort, first, refusing } from '../../agents/posix/server.ts';
import { bodyOf, type Content, honest, lying } from './faulty-server.ts';
import { broken, excerpt, kept, type Rule } from './rule.ts';
import { contents, openFile, startTrial, type Trial } from './trial.ts';

const format = 'settings.json';
const inPlace = 'the bytes change below whoever has the file open: it is written in place';
const marks = ['plain', 'ünïcødé 漢字 🦄 \u2028', `' " \` $HOME \\ %s !`, 'x'.repeat(300_000)];

export const fileRules: readonly Rule[] = [
  {
    id: 'exact-bytes',
    says: 'The file is byte for byte what was served, and everybody may read it.',
    because: 'The server renders; what an agent changes, nobody has checked. Claude Code runs as the developer.',
    needs: [],
    check: async ({ adapter, brief }) => {
      await using trial = await startTrial(adapter);
      for (const [index, mark] of (brief ? marks.slice(1, 2) : marks).entries()) {
        const content = { ...trial.world.next, revision: 50 + index, mark };
        const wrong = await whatUpdateDid(trial, content);
        if (wrong !== undefined) return broken(wrong);
        if ((statSync(trial.path).mode & 0o444) !== 0o444) return broken('not everybody may read the file');
      }
      return kept;
    },
  },
  {
    id: 'whole-or-old',
    says: 'Whoever reads the file sees all of the old bytes or all of the new, never a part and never none.',
    because:
      'Claude Code reads it at any moment, and does not start on a part of it: write another file, and rename it.',
    needs: [],
    check: async ({ adapter, brief }) => {
      await using trial = await startTrial(adapter);
      for (let revision = 50; revision < (brief ? 52 : 56); revision++) {
        const wrong = await whatReadersSaw(trial, {
          ...trial.world.next,
          revision,
          mark: `${revision}`.repeat(100_000),
        });
        if (wrong !== undefined) return broken(wrong);
      }
      return kept;
    },
  },
  {
    id: 'nothing-beside',
    says: 'No other file that Claude Code would read (`*.json`, not hidden) ever stands in the folder.',
    because: 'Claude Code merges every file of the folder, a half-written one too.',
    needs: [],
    check: async ({ adapter }) => {
      await using trial = await startTrial(adapter);
      const folder = dirname(trial.path);
      const seen = new Set<string>();
      using _watcher = closing(watch(folder, (_event, name) => name !== null && seen.add(name)));
      const wrong = await whatUpdateDid(trial, { ...trial.world.next, mark: 'y'.repeat(300_000) });
      trial.world.behave(cutShort({ ...first, revision: 99 }));
      await trial.run('login');
      await setTimeout(50); // for events that are still queued
      const strays = [...seen, ...readdirSync(folder)].filter((name) => isRead(name) && name !== basename(trial.path));
      return wrong !== undefined || strays.length > 0 ? broken(wrong ?? `there was ${excerpt(strays[0] ?? '')}`) : kept;
    },
  },
  {
    id: 'mends-the-file',
    says: 'Puts its good copy back when somebody altered or deleted the file, also while the server is away.',
    because: 'Pins that are gone from a machine come back without anybody doing anything.',
    needs: [],
    check: async ({ adapter }) => {
      await using trial = await startTrial(adapter);
      const { world, path } = trial;
      for (const [title, spoil, behaviour] of [
        ['deleted while the server is away', () => rmSync(path), refusing(503, {})],
        ['altered', () => writeFileSync(path, '{}\n'), honest(world, world.held)],
        ['deleted', () => rmSync(path), honest(world, world.held)],
      ] as const) {
        spoil();
        world.behave(behaviour);
        await trial.run('login');
        if (trial.file() !== bodyOf(world.held, format)) return broken(`a file that was ${title} is not put back`);
      }
      return kept;
    },
  },
  {
    id: 'survives-kill',
    says: 'Killed in the middle of an update, it leaves all of the old or all of the new, and the next run goes through.',
    because: 'Laptops are closed and batteries end at any moment.',
    needs: [],
    check: async ({ adapter, brief }) => {
      await using trial = await startTrial(adapter);
      const moments = brief ? (['asked', 5] as const) : (['asked', 'half', 0, 5, 10, 20, 40, 80] as const);
      const coming = contents(trial.world);
      let held = trial.world.held;
      for (const moment of moments) {
        const content = coming.next().value;
        using reader = openFile(trial.path);
        await killAt(trial, content, moment);
        const found = trial.file();
        const whole = [held, content].map((content) => bodyOf(content, format)).includes(found ?? '');
        if (!whole) return broken(`killed at ${moment}, it leaves ${found === undefined ? 'no file' : excerpt(found)}`);
        const wrong = await whatUpdateDid(trial, content);
        if (wrong !== undefined) return broken(`after it was killed at ${moment}: ${wrong}`);
        // The kit can't time a kill between two bytes. But it sees whether the file is written in place.
        if (reader.read() !== bodyOf(held, format))
          return broken(`${inPlace}, so a kill between two bytes leaves a part`);
        held = content;
      }
      return kept;
    },
  },
  {
    id: 'one-at-a-time',
    says: 'Of several that start at once on one machine, one asks at a time, and all exit with 0.',
    because: 'Two that write at the same time could set each other back; a timer and a login do meet.',
    needs: [],
    check: async ({ adapter }) => {
      await using trial = await startTrial(adapter);
      const asking = counting(trial);
      const runs = await Promise.all([1, 2, 3].map(async () => await trial.start('login').done));
      const codes = runs.map(({ code }) => code);
      if (asking.most() > 1) return broken(`${asking.most()} asked at the same time`);
      if (codes.some((code) => code !== 0)) return broken(`they exit with ${codes.join(', ')}`);
      return trial.file() === bodyOf(trial.world.next, format) ? kept : broken('the answer is not put in place');
    },
  },
];

async function whatUpdateDid({ world, run, file }: Trial, content: Content): Promise<string | undefined> {
  world.behave(honest(world, content));
  const { code } = await run('login');
  const found = file();
  if (found === bodyOf(content, format)) return code === 0 ? undefined : `exit ${code} with the answer in place`;
  return `served ${excerpt(bodyOf(content, format))}, the file holds ${excerpt(found ?? 'nothing')} (exit ${code})`;
}

/** Watches an update with two readers: one opened the file before, the other opens it again and again. */
async function whatReadersSaw(trial: Trial, content: Content): Promise<string | undefined> {
  const { world, path } = trial;
  const [before, after] = [readFileSync(path, 'utf8'), bodyOf(content, format)];
  using reader = openFile(path);
  world.behave(honest(world, content));
  const running = trial.start('login');
  let odd: string | undefined;
  while (!running.hasEnded()) {
    const seen = trial.file();
    if (seen !== before && seen !== after) odd ??= seen ?? 'nothing';
    await setTimeout(1);
  }
  await running.done;
  if (odd !== undefined) return `during an update a reader sees ${excerpt(odd)}`;
  if (reader.read() !== before) return inPlace;
  return trial.file() === after ? undefined : 'an update is not put in place';
}

/** Kills after the request, after half of the body, or so many milliseconds after the whole body. */
async function killAt(trial: Trial, content: Content, moment: 'asked' | 'half' | number): Promise<void> {
  const { world } = trial;
  const { promise, resolve } = Promise.withResolvers<void>();
  const answer = lying(world, () => ({ content }));
  world.behave((request, response) => {
    response.on('close', resolve);
    if (typeof moment === 'number') return answer(request, response);
    if (moment === 'half') response.writeHead(200, { 'Content-Length': '1000' }).write('{"env":');
    return resolve();
  });
  const running = trial.start('login');
  await Promise.race([promise, running.done]);
  await setTimeout(typeof moment === 'number' ? moment : 20);
  running.kill();
  await running.done;
}

/** Delays each answer by a second and counts the requests that are open at the same time. */
function counting({ world }: Trial): { readonly most: () => number } {
  let [now, most] = [0, 0];
  world.behave((request, response) => {
    now += 1;
    most = Math.max(most, now);
    void setTimeout(1000).then(() => {
      now -= 1;
      honest(world, world.next)(request, response);
    });
  });
  return { most: () => most };
}

function isRead(name: string): boolean {
  return name.endsWith('.json') && !name.startsWith('.');
}

function closing(watcher: { close(): void }): Disposable {
  return { [Symbol.dispose]: () => watcher.close() };
}

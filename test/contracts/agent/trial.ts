/**
 * One agent on its own machine, a temporary root folder, with the faulty server as its server. Rules see only the managed
 * file, the exit code, the output and the requests to the server.
 */
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Adapter, filled, type Places, pathOfPrograms, wordsOf } from './adapter.ts';
import { bodyOf, type Content, honest, startWorld, type World } from './faulty-server.ts';
import { type Run, type Running, startProcess } from './process.ts';

export type Command = 'login' | 'refresh' | 'helper' | 'env';

export interface Trial extends AsyncDisposable {
  readonly world: World;
  readonly root: string;
  readonly token: string;
  /** The path of the managed file. */
  readonly path: string;
  /** The bytes of the managed file; undefined while there is none. */
  file(): string | undefined;
  install(server?: string): Promise<Run>;
  run(command: Command): Promise<Run>;
  /** Runs with a clock that is so many seconds ahead. */
  runLater(command: Command, seconds: number): Promise<Run>;
  start(command: Command): Running;
}

export const machine = 'conformance-1';

/** A machine without an agent. */
export async function startBare(adapter: Adapter, { trust = false } = {}): Promise<Trial> {
  const world = await startWorld(Date.now());
  const folder = mkdtempSync(join(tmpdir(), 'pinward-conformance-'));
  const [root, state, token] = [join(folder, 'root'), join(folder, 'state'), randomBytes(24).toString('hex')];
  for (const made of [root, state, join(root, 'home')]) mkdirSync(made);
  const places = { root, state, server: world.server.url, machine, organisation: world.organisation };
  const given = { token: join(folder, 'token'), key: join(folder, 'key.pem') };
  writeFileSync(given.token, `${token}\n`, { mode: 0o600 });
  writeFileSync(given.key, world.key.pem);
  const path = filled(adapter.file, { ...places, ...given });
  const running: Running[] = [];
  const begin = (line: string, values: Places, seconds?: number) => {
    const words = wordsOf(adapter, line, values, { trust, ...(seconds === undefined ? {} : { seconds }) });
    const env = { PATH: pathOfPrograms(), HOME: join(root, 'home'), CLAUDE_CODE_VERSION: '2.1.331' };
    const begun = startProcess(words, env);
    running.push(begun);
    return begun;
  };
  const all = { ...places, ...given };
  return {
    world,
    root,
    token,
    path,
    file: () => (existsSync(path) ? readFileSync(path, 'utf8') : undefined),
    install: async (server = world.server.url) => await begin(adapter.install, { ...all, server }).done,
    run: async (command) => await begin(adapter[command], all).done,
    runLater: async (command, seconds) => await begin(`${adapter.clock} ${adapter[command]}`, all, seconds).done,
    start: (command) => begin(adapter[command], all),
    [Symbol.asyncDispose]: async () => {
      for (const { kill } of running) kill();
      await world[Symbol.asyncDispose]();
      // A report in the background may still write.
      rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    },
  };
}

/** A machine with an agent that has applied `world.held`, by install or by login. */
export async function startTrial(adapter: Adapter, options: { readonly trust?: boolean } = {}): Promise<Trial> {
  const trial = await startBare(adapter, options);
  trial.world.behave(honest(trial.world, trial.world.held));
  const installed = await trial.install();
  const run = trial.file() === undefined ? await trial.run('login') : installed;
  if (trial.file() === bodyOf(trial.world.held, 'settings.json')) return trial;
  await trial[Symbol.asyncDispose]();
  throw new Error(`a healthy server's answer is not put in place: exit ${run.code}, ${run.err.slice(0, 300).trim()}`);
}

/** The next contents of a trial, in order. Each has different bytes. */
export function* contents({ next }: World): Generator<Content, never> {
  for (let revision = next.revision; ; revision++) yield { ...next, revision, mark: `revision ${revision}` };
}

/** A reader that opens the file now and reads later. It sees the old bytes, even after a rename to the same path. */
export function openFile(path: string): Disposable & { readonly read: () => string } {
  const opened = openSync(path, 'r');
  return { read: () => readFileSync(opened, 'utf8'), [Symbol.dispose]: () => closeSync(opened) };
}

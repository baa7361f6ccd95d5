/** An adapter holds the command lines of an agent, with placeholders. The options of conformance.ts set them. */
import { join } from 'node:path';

export interface Adapter {
  /** The value of `{agent}`. */
  readonly agent: string;
  readonly install: string;
  /** The value of `{trust}` where keys are pinned; '' for an agent that checks no signatures. */
  readonly trust: string;
  readonly login: string;
  /** '' for an agent without the command. */
  readonly refresh: string;
  readonly helper: string;
  /** '' for an agent without the command. */
  readonly env: string;
  /** A prefix that runs a command with a clock `{seconds}` ahead; '' if there is none. */
  readonly clock: string;
  /** The file that the agent manages. */
  readonly file: string;
}

/** The values of the placeholders in one trial. */
export interface Places {
  readonly root: string;
  readonly state: string;
  readonly server: string;
  readonly machine: string;
  readonly token: string;
  readonly key: string;
  readonly organisation: string;
}

/** The command lines of pinward.sh and pinward.ps1, the defaults for other agents. */
export const usual: Omit<Adapter, 'agent'> = {
  install: '{agent} --root {root} install --server {server} --machine {machine} --token-file {token} {trust}',
  trust: '--organisation {organisation} --key {key}',
  login: '{agent} --root {root} login',
  refresh: '{agent} --root {root} refresh',
  helper: '{agent} --root {root} helper',
  env: '{agent} --root {root} env',
  clock: `env PINWARD_LATER={seconds} PATH=${join(import.meta.dirname, 'later')}:{path}`,
  file:
    process.platform === 'darwin'
      ? '{root}/Library/Application Support/ClaudeCode/managed-settings.d/50-pinward.json'
      : '{root}/etc/claude-code/managed-settings.d/50-pinward.json',
};

/** The managed file where nothing says which: an agent for Windows keeps Windows's folders also elsewhere. */
export function usualFile(agent: string): string {
  return /\.ps1\b/.test(agent) ? '{root}/Program Files/ClaudeCode/managed-settings.d/50-pinward.json' : usual.file;
}

const placeholders = ['root', 'state', 'server', 'machine', 'token', 'key', 'organisation', 'seconds', 'path'];

/** The placeholders of an adapter that don't exist. */
export function unknownPlaceholders(adapter: Adapter): readonly string[] {
  const known = new Set([...placeholders, 'agent', 'trust']);
  return Object.values(adapter)
    .flatMap((line: string) => [...line.matchAll(/\{(\w*)\}/g)].map(([, name = '']) => name))
    .filter((name) => !known.has(name));
}

/** The words of a command line. Lines are split at blanks first, so values may contain blanks, but `{agent}` may not. */
export function wordsOf(
  adapter: Adapter,
  line: string,
  places: Places,
  { trust, seconds = 0 }: { readonly trust: boolean; readonly seconds?: number },
): readonly string[] {
  const values: Readonly<Record<string, string>> = { ...places, seconds: String(seconds), path: pathOfPrograms() };
  const words = (text: string) => text.split(/\s+/).filter((word) => word !== '');
  return words(line)
    .flatMap((word) => {
      if (word === '{agent}') return words(adapter.agent);
      if (word === '{trust}') return trust ? words(adapter.trust) : [];
      return [word];
    })
    .map((word) => filled(word, values));
}

/** A text with its placeholders replaced. */
export function filled(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

export function pathOfPrograms(): string {
  return process.env['PATH'] ?? '';
}

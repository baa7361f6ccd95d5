// The commands of gcloud and their flags, from the file by which the installed SDK completes commands.

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';

/** A group of commands, or a command. A flag's value is of a list, or of anything, or there is none ("bool"). */
export interface Command {
  readonly commands: Readonly<Record<string, Command>>;
  readonly flags: Readonly<Record<string, string | readonly string[]>>;
}

const Command: z.ZodType<Command> = z.object({
  commands: z.record(
    z.string(),
    z.lazy(() => Command),
  ),
  flags: z.record(z.string(), z.union([z.string(), z.array(z.coerce.string())])),
});

const toJson = "import json, runpy, sys; print(json.dumps(runpy.run_path(sys.argv[1])['STATIC_COMPLETION_CLI_TREE']))";

/** Null when no SDK is installed. */
export function readGcloud(): Command | null {
  const found = spawnSync('sh', ['-c', 'command -v gcloud && command -v python3'], { encoding: 'utf8' });
  const [gcloud = ''] = found.stdout.split('\n');
  if (found.status !== 0) return null;
  const file = join(dirname(realpathSync(gcloud)), '../data/cli/gcloud_completions.py');
  if (!existsSync(file)) return null;
  const json = execFileSync('python3', ['-c', toJson, file], { encoding: 'utf8', maxBuffer: 2 ** 28 });
  return Command.parse(JSON.parse(json));
}

/** What gcloud would not take of a command, given as its words after `gcloud`. */
export function refusalsOf(words: readonly string[], gcloud: Command): readonly string[] {
  let command = gcloud;
  const path: string[] = [];
  for (const word of words) {
    const next = command.commands[word];
    if (next === undefined) break;
    command = next;
    path.push(word);
  }
  const name = `gcloud ${path.join(' ')}`;
  if (Object.keys(command.commands).length > 0) return [`${name} has no command ${words[path.length] ?? ''}`];
  const flags = { ...gcloud.flags, ...command.flags };
  return words.flatMap((word) => {
    const [, flag = '', value] = /^(--[a-z][\w-]*)(?:=(.*))?$/.exec(word) ?? [];
    if (flag === '') return [];
    const known = flags[flag] ?? (flags[flag.replace('--no-', '--')] === 'bool' ? 'bool' : undefined);
    if (known === undefined) return [`${name} has no flag ${flag}`];
    const isOther = typeof known !== 'string' && value !== undefined && !known.includes(value);
    return isOther ? [`${name} takes no ${word}`] : [];
  });
}

// Joins the parts of an agent into the one file that is installed: parts/*, in the order of their names, with what is generated before
// the last.

import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readCommandLine } from '../../functions/cli/command-line.ts';

export interface Agent {
  /** That of the build, with the folder `parts`. */
  readonly folder: string;
  /** Of the agent and its parts, such as `sh`. */
  readonly extension: string;
  /** The text of the generated part. */
  readonly generated: () => string;
}

/** The text of each part. */
export function readParts({ folder, extension, generated }: Agent): readonly string[] {
  const files = globSync(`parts/*.${extension}`, { cwd: folder }).sort();
  const parts = files.map((file) => readFileSync(join(folder, file), 'utf8'));
  return parts.toSpliced(-1, 0, generated());
}

/** The parts with an empty line between them. */
export function joinParts(agent: Agent): string {
  return readParts(agent).join('\n');
}

/** The command that builds an agent; its exit code. */
export function build(agent: Agent): number {
  const { folder, extension } = agent;
  const [name, parts] = [`pinward.${extension}`, `parts/*.${extension}`];
  const command = `node infra/agents/${basename(folder)}/build.ts`;
  const help = `Join ${parts} into ${name}.

  ${command} [--check]

  --check  write nothing, and exit with 1 if ${name} is not equal to its parts
`;
  const target = join(folder, name);
  if (readCommandLine(help, { options: { check: { type: 'boolean' } } }).values.check !== true) {
    writeFileSync(target, joinParts(agent));
    return 0;
  }
  if (readFileSync(target, 'utf8') === joinParts(agent)) return 0;
  process.stderr.write(`${name} differs from ${parts}; build it: ${command}\n`);
  return 1;
}

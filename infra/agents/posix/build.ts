// `node infra/agents/posix/build.ts` joins parts/*.sh, in the order of their names, into pinward.sh, with the generated part
// before the last. With --check it writes nothing and exits with 1 if pinward.sh is not equal to its parts.

import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCommandLine } from '../../../functions/cli/command-line.ts';
import { renderDoctorTables } from './doctor-tables.ts';

const target = join(import.meta.dirname, 'pinward.sh');

/** The text of each part. */
export function readParts(): readonly string[] {
  const files = globSync('parts/*.sh', { cwd: import.meta.dirname }).sort();
  const parts = files.map((file) => readFileSync(join(import.meta.dirname, file), 'utf8'));
  return parts.toSpliced(-1, 0, renderDoctorTables());
}

/** The parts with an empty line between them. */
export function joinParts(): string {
  return readParts().join('\n');
}

function main(isCheck: boolean): number {
  if (!isCheck) {
    writeFileSync(target, joinParts());
    return 0;
  }
  if (readFileSync(target, 'utf8') === joinParts()) return 0;
  process.stderr.write('pinward.sh differs from parts/*.sh; build it: node infra/agents/posix/build.ts\n');
  return 1;
}

const help = `Join parts/*.sh into pinward.sh.

  node infra/agents/posix/build.ts [--check]

  --check  write nothing, and exit with 1 if pinward.sh is not equal to its parts
`;

if (import.meta.main)
  process.exitCode = main(readCommandLine(help, { options: { check: { type: 'boolean' } } }).values.check === true);

// `node infra/agents/windows/build.ts` joins parts/*.ps1, in the order of their names, into pinward.ps1, with the generated part
// before the last. With --check it writes nothing and exits with 1 if pinward.ps1 is not equal to its parts.

import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCommandLine } from '../../../functions/cli/command-line.ts';
import { renderDoctorTables } from './doctor-tables.ts';

const target = join(import.meta.dirname, 'pinward.ps1');

/** The parts with an empty line between them. */
export function joinParts(): string {
  const files = globSync('parts/*.ps1', { cwd: import.meta.dirname }).sort();
  const parts = files.map((file) => readFileSync(join(import.meta.dirname, file), 'utf8'));
  return parts.toSpliced(-1, 0, renderDoctorTables()).join('\n');
}

function main(isCheck: boolean): number {
  if (!isCheck) {
    writeFileSync(target, joinParts());
    return 0;
  }
  if (readFileSync(target, 'utf8') === joinParts()) return 0;
  process.stderr.write('pinward.ps1 differs from parts/*.ps1; build it: node infra/agents/windows/build.ts\n');
  return 1;
}

const help = `Join parts/*.ps1 into pinward.ps1.

  node infra/agents/windows/build.ts [--check]

  --check  write nothing, and exit with 1 if pinward.ps1 is not equal to its parts
`;

if (import.meta.main)
  process.exitCode = main(readCommandLine(help, { options: { check: { type: 'boolean' } } }).values.check === true);

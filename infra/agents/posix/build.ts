// `node infra/agents/posix/build.ts` joins parts/*.sh, in the order of their names, into pinward.sh, with the generated part
// before the last. With --check it writes nothing and exits with 1 if pinward.sh is not equal to its parts.

import { type Agent, build } from '../parts.ts';
import { renderDoctorTables } from './doctor-tables.ts';

export const agent: Agent = { folder: import.meta.dirname, extension: 'sh', generated: renderDoctorTables };

if (import.meta.main) process.exitCode = build(agent);

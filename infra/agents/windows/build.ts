// `node infra/agents/windows/build.ts` joins parts/*.ps1, in the order of their names, into pinward.ps1, with the generated part
// before the last. With --check it writes nothing and exits with 1 if pinward.ps1 is not equal to its parts.

import { type Agent, build } from '../parts.ts';
import { renderDoctorTables } from './doctor-tables.ts';

export const agent: Agent = { folder: import.meta.dirname, extension: 'ps1', generated: renderDoctorTables };

if (import.meta.main) process.exitCode = build(agent);

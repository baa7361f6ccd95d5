// Schemas of the calls for the agents that the service hands out.

import { z } from 'zod';

export const InstallScript = z.string().describe('A script that does nothing before its last brace was read.');

export const AgentText = z.string().describe('The agent: a script whose SHA-256 is the name in the address.');

export const AgentsReply = z.strictObject({
  server: z.string().nullable().describe('The address that is given to machines; null when it is not known.'),
  version: z.string().describe('The version of the agents that the service hands out.'),
  files: z
    .array(z.strictObject({ system: z.enum(['posix', 'windows']), path: z.string(), sha256: z.string() }))
    .describe('Empty when the service hands out none. `posix` is Linux, macOS and WSL.'),
  machines: z
    .array(z.strictObject({ version: z.string(), machines: z.int() }))
    .describe('Machines of the last 20 to 30 minutes, by the version of their agent, the most first.'),
  standardError: z.number().describe('The relative standard error of each count of machines.'),
});

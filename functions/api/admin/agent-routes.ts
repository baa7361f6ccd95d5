// The calls for the agents that the service hands out: the scripts of the one line that installs, and the agents that they download.
// Anybody may make them, because a machine without a credential needs them, and nothing in them is secret.

import { ok } from '../../../shared/domain/fault.ts';
import { readAdoption } from '../../adoption/adoption.ts';
import { type AgentFiles, agentPath, extensions, type System, systems } from '../agents/agent-files.ts';
import { agentVersion } from '../agents/agent-version.ts';
import { fillInstallScript } from '../agents/install-script.ts';
import { loadOnce } from '../caching/load-once.ts';
import { type ApiResult, failHttp } from '../problems/http-fault.ts';
import { type Reply, type Route, type RoutePorts, route } from './routes/route.ts';
import { AgentsReply, AgentText, InstallScript } from './schemas/agents.ts';
import { NoQuery } from './schemas/common.ts';

export function agentRoutes({ loadAgents, serviceUrl, keyList, store }: RoutePorts): readonly Route[] {
  const agents = loadOnce(loadAgents);

  async function script(system: System): Promise<ApiResult<Reply>> {
    const [files, server] = [await agents(), serviceUrl()];
    if (files === null) return failHttp({ code: 'agents_unavailable', missing: 'files' });
    if (server === null) return failHttp({ code: 'agents_unavailable', missing: 'address' });
    const listed = await keyList();
    if (!listed.ok) return listed;
    const { organisation } = listed.value;
    const keys = listed.value.keys.map(({ key }) => key);
    const { script: text, sha256 } = files[system];
    return ok({ body: fillInstallScript(text, { server, version: agentVersion, sha256, organisation, keys }) });
  }

  return [
    ...systems.map((system) =>
      route({
        method: 'GET',
        path: `/install.${extensions[system]}`,
        operation: `getInstall${system === 'posix' ? 'Sh' : 'Ps1'}`,
        summary: `Get the script that installs the agent on ${system === 'posix' ? 'Linux and macOS' : 'Windows'}, with the address and the public keys of this service.`,
        role: null,
        mediaType: 'text/plain',
        query: NoQuery,
        reply: InstallScript,
        handle: () => script(system),
      }),
    ),
    route({
      method: 'GET',
      path: '/agents/{file}',
      operation: 'getAgent',
      summary: 'Get an agent, by the SHA-256 that its install script names.',
      role: null,
      mediaType: 'text/plain',
      query: NoQuery,
      reply: AgentText,
      handle: async ({ parameters: { file = '' } }) => {
        const files = await agents();
        const path = `/agents/${file}`;
        const system = files === null ? undefined : systems.find((each) => agentPath(each, files[each]) === path);
        if (files === null) return failHttp({ code: 'agents_unavailable', missing: 'files' });
        if (system === undefined) return failHttp({ code: 'agents_unavailable', missing: 'hash' });
        return ok({ body: files[system].agent, immutable: true });
      },
    }),
    route({
      method: 'GET',
      path: '/v1/agents',
      operation: 'getAgents',
      summary: 'Get the version and hashes of the agents that the service hands out, and which versions machines run.',
      query: NoQuery,
      reply: AgentsReply,
      handle: async () => {
        const [files, counts] = await Promise.all([agents(), readAdoption(store)]);
        if (!counts.ok) return counts;
        const { agents: machines, standardError } = counts.value;
        return ok({
          body: {
            server: serviceUrl(),
            version: agentVersion,
            files: files === null ? [] : systems.map((system) => describeFile(system, files[system])),
            machines: machines.toSorted((a, b) => b.machines - a.machines),
            standardError,
          },
        });
      },
    }),
  ];
}

function describeFile(system: System, file: AgentFiles[System]) {
  return { system, path: agentPath(system, file), sha256: file.sha256 };
}

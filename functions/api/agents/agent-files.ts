// The agents that the service hands out, and the scripts that install them by one line. A deployment carries them in one file beside
// its code, which is read when somebody first asks for one of them.

/** `posix`: Linux, macOS and WSL. */
export const systems = ['posix', 'windows'] as const;
export type System = (typeof systems)[number];

interface AgentFile {
  /** The program: one file that installs itself. */
  readonly agent: string;
  /** Of the agent, in hexadecimal. */
  readonly sha256: string;
  /** The script that downloads and runs the agent, with a placeholder for each fact of `InstallFacts`. */
  readonly script: string;
}

export type AgentFiles = Readonly<Record<System, AgentFile>>;

export type LoadAgents = () => Promise<AgentFiles | null>;

/** The name of the file in `api.zip`. */
export const bundledName = 'agents.json';

export const extensions: Readonly<Record<System, string>> = { posix: 'sh', windows: 'ps1' };

/** Where an agent is. The bytes at an address never change. */
export function agentPath(system: System, { sha256 }: AgentFile): string {
  return `/agents/${sha256}.${extensions[system]}`;
}

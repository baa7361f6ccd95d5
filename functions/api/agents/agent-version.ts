// Versions of the agent: that of the agents which this service hands out, and those that machines run.

/** That of infra/agents/. Polls carry it, so it is not read from there. */
export const agentVersion = '0.1.0';

/** The version that an agent states in its User-Agent; null for every other program. */
export function agentVersionOf(userAgent: string | undefined): string | null {
  return /^pinward-agent\/(\d{1,4}\.\d{1,4}\.\d{1,4})$/.exec(userAgent ?? '')?.[1] ?? null;
}

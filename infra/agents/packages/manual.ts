// The manual page of the agent for Linux: what `pinward --help` prints, as man wants it.

import { execFileSync } from 'node:child_process';

/** A page of section 1, for an agent of this text. */
export function manualOf(agent: string, version: string): string {
  const usage = execFileSync('sh', ['-s', '--', '--help'], { input: agent, encoding: 'utf8' });
  return `.TH PINWARD 1 "" "pinward ${version}"
.SH NAME
pinward \\- keep Claude Code on the organisation's pins
.SH SYNOPSIS
.nf
${toRoff(usage)}.fi
.SH FILES
.TP
/etc/pinward/agent.conf
the configuration
.TP
/etc/pinward/token
the token, which only root may read
`;
}

/** Text that man prints as it is: a dot or an apostrophe at the start of a line would be a request. */
function toRoff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll(/^(?=[.'])/gm, '\\&');
}

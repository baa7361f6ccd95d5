// What `npm start` says once it listens: what is true of this run, the files of the tokens, and what to try next. It fits a
// terminal of 80 columns and 24 lines.

import { relative } from 'node:path';
import { problemOf } from '../api/problems/problem.ts';
import { printable } from '../printable.ts';
import { quoted } from './quoted.ts';
import type { Local } from './service.ts';

interface Facts {
  readonly project: string | null;
  readonly slackUrl: string | null;
}

/** The example gets the project that is probed. */
const firstSteps = (url: string, folder: string, admin: string, project: string | null): string => `
Try this in another terminal, in this folder:
  1. Publish a policy (If-Match "0" means: only if there is none yet):
${project === null ? '' : `     sed 's/your-claude-project/${project}/' infra/examples/policy.json |\n`}\
     curl -X PUT ${url}/v1/policy ${admin} \\
       -H 'If-Match: "0"' -H 'Content-Type: application/json' \\
       --data @${project === null ? 'infra/examples/policy.json' : '-'}
  2. Fetch the pins as a developer machine does. It writes to ${folder}/machine:
     sh infra/agents/posix/pinward.sh --root ${quoted(`${folder}/machine`)} install \\
       --server ${url} --token-file ${quoted(`${folder}/machine-token`)}
  3. Move one pin, then log in on the machine again:
     curl -X PUT ${url}/v1/rings/everyone/pins/opus \\
       ${admin} -H 'If-Match: *' \\
       -H 'Content-Type: application/json' --data '{"model": "claude-opus-5-5"}'
     sh infra/agents/posix/pinward.sh --root ${quoted(`${folder}/machine`)} login
`;

const nextSteps = (url: string, admin: string): string => `
Try this in another terminal, in this folder:
  policy:  curl ${url}/v1/policy ${admin}
  history: curl ${url}/v1/revisions ${admin}
  models:  curl ${url}/v1/availability ${admin}
`;

export function greeting(local: Local, { project, slackUrl }: Facts): string {
  const { url, people, policy, isFirstStart } = local;
  const folder = shortest(local.dataFolder);
  const header = (name: string) => `-H @${quoted(`${folder}/${name}-header`)}`;
  const admin = header('admin');
  const callers = [['admin', 'admin'], ...people.all.map(({ email, name }) => [email, name])].map(
    ([caller, name = '']) => `  ${caller}: ${folder}/${name}-token, curl ${header(name)}\n`,
  );
  const made = isFirstStart ? `  The admin token, made just now:\n    ${local.adminToken}\n` : '';
  const isFirst = policy.ok && policy.value === null;
  const steps = isFirst ? firstSteps(url, folder, admin, project) : nextSteps(url, admin);
  return `Pinward listens on ${url} and keeps its data in ${folder}/.
${gardenText(project)}
Console: ${url}/ (signed in: the link in ${folder}/ada-link)
Announcements ${slackUrl === null ? 'are shown here' : `go to ${new URL(slackUrl).host}`}. ${policyText(policy)}
${callers.join('')}${made}${environmentText(folder, url)}${steps}Ctrl-C stops. All calls: curl ${url}/openapi.json
`;
}

function gardenText(project: string | null): string {
  if (project === null) return 'It probes a SIMULATED Model Garden every 20 s: the results are invented.';
  return `It probes Vertex AI every 20 s for project ${project}.`;
}

function policyText(policy: Local['policy']): string {
  if (!policy.ok) {
    const { title, hint } = problemOf(policy.fault);
    return `\nThe policy can't be read. ${printable(`${title}. ${hint}`)}`;
  }
  return policy.value === null ? 'There is no policy yet.' : `Revision ${policy.value} is current.`;
}

/** The commands of admins look for a local service in the default folder only. */
function environmentText(folder: string, url: string): string {
  if (folder === '.pinward') return '';
  const token = quoted(`${folder}/admin-token`);
  return `  For npm run policy: export PINWARD_URL=${url} PINWARD_TOKEN="$(cat ${token})"\n`;
}

function shortest(folder: string): string {
  const short = relative('.', folder) || '.';
  return short.startsWith('..') ? folder : short;
}

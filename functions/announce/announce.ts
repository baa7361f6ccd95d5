// The announce function: from a Pub/Sub message to one post in the channel. It claims the announcement, posts, records
// what came of it. An error thrown makes Pub/Sub deliver again; whatever can't be mended by that is recorded and taken.

import type { CloudEvent } from '@google-cloud/functions-framework';
import { type Announcement, claim, isWorthTelling, type Posted, settle } from '../../shared/domain/announcement.ts';
import { Event } from '../../shared/domain/event.ts';
import type { Channel, Clock, Store, Stored } from '../../shared/ports.ts';
import type { Log } from '../log.ts';
import { tell } from './tell.ts';

/** A Pub/Sub message as Eventarc delivers it, and as the framework makes it from the emulator's push. */
export interface PubsubMessage {
  readonly message?: { readonly data?: string; readonly messageId?: string };
}

export interface AnnouncePorts {
  readonly store: Store;
  readonly channel: Channel;
  readonly clock: Clock;
  readonly log: Log;
  /** Where admins reach the API, for the calls that a message names. */
  readonly serviceUrl: string;
}

export type Announce = (delivered: CloudEvent<PubsubMessage>) => Promise<void>;

/** Thrown to be delivered again; the message goes to the log and, by the framework, into the answer. */
export class NotYet extends Error {}

export function createAnnounce(ports: AnnouncePorts): Announce {
  return async function announce(delivered) {
    const event = readEvent(delivered);
    if (event === null) {
      ports.log.error('message dropped', { reason: 'it is no event of Pinward', delivery: delivered.id });
      return;
    }
    if (isWorthTelling(event)) await announceEvent(ports, event);
  };
}

/** Tells one event once. Throws `NotYet` when it must be delivered again. */
export async function announceEvent(ports: AnnouncePorts, event: Event): Promise<void> {
  const { store, channel, clock, log } = ports;
  const read = await store.read('announcement', event.id);
  if (!read.ok) throw new NotYet(`the store can not be read: ${read.fault.code}`);
  const claimed = claim(read.value?.value ?? null, event.id, clock());
  if (claimed === null) {
    if (read.value?.value.state === 'claimed' || read.value?.value.state === 'waiting') {
      throw new NotYet(`${event.id} waits until ${read.value.value.until}`);
    }
    return;
  }
  const taken = await record(store, read.value, claimed);
  if (taken === null) throw new NotYet(`somebody else claimed ${event.id}`);

  const posted = await channel.post(tell(event, ports.serviceUrl));
  const settled = settle(claimed, posted, clock());
  await recordSettled(store, settled, posted);
  const fields = { event: event.id, state: settled.state, attempts: settled.attempts, reason: settled.reason };
  if (settled.state === 'done') log.info('announced', fields);
  else log.error('not announced', fields);
  if (settled.state === 'waiting') throw new NotYet(`${event.id}: ${settled.reason}`);
}

function readEvent({ data }: CloudEvent<PubsubMessage>): Event | null {
  const body = data?.message?.data;
  if (body === undefined) return null;
  try {
    const parsed = Event.safeParse(JSON.parse(Buffer.from(body, 'base64').toString('utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** Writes the claim if nobody wrote since it was read; null when somebody did. */
async function record(store: Store, read: Stored<Announcement> | null, value: Announcement): Promise<true | null> {
  const expect = read === null ? 'absent' : { version: read.version };
  const written = await store.commit([{ kind: 'announcement', id: value.event, expect, value }]);
  if (!written.ok && written.fault.code !== 'write_conflict')
    throw new NotYet(`the claim was not written: ${written.fault.code}`);
  return written.ok ? true : null;
}

/** The claim is ours alone, so what came of it overwrites it; with it goes what the operator should know of the channel. */
async function recordSettled(store: Store, settled: Announcement, posted: Posted): Promise<void> {
  const announcement = { kind: 'announcement', id: settled.event, expect: 'any', value: settled } as const;
  const trouble =
    posted.kind === 'revoked'
      ? ([
          { kind: 'trouble', id: 'slack', expect: 'any', value: { since: settled.until, reason: posted.reason } },
        ] as const)
      : posted.kind === 'accepted'
        ? ([{ kind: 'trouble', id: 'slack', remove: true }] as const)
        : [];
  // Tried again here, since an accepted post that isn't recorded would be repeated.
  for (let attempt = 0; attempt < 3; attempt++) {
    if ((await store.commit([announcement, ...trouble])).ok) return;
  }
  throw new NotYet(`${settled.event}: what came of it could not be written`);
}

// The announce function: from a Pub/Sub message to one post in the channel. It claims the announcement, posts, records
// what came of it. An error thrown makes Pub/Sub deliver again; whatever can't be mended by that is recorded and taken.

import type { CloudEvent } from '@google-cloud/functions-framework';
import {
  type Announcement,
  claim,
  giveUp,
  isSettled,
  type Posted,
  settle,
} from '../../shared/domain/events/announcement.ts';
import { Event } from '../../shared/domain/events/event.ts';
import type { Message } from '../../shared/domain/events/message.ts';
import type { Channel, Clock, Store, Stored, Write } from '../../shared/ports.ts';
import type { Log } from '../log.ts';
import { composeMessage } from './compose-message.ts';

/** A Pub/Sub message as Eventarc delivers it, and as the framework makes it from the emulator's push. */
export interface PubsubMessage {
  readonly message?: { readonly data?: string; readonly messageId?: string };
}

interface AnnouncePorts {
  readonly store: Store;
  readonly channel: Channel;
  readonly clock: Clock;
  readonly log: Log;
  /** Where admins reach the API, for the calls that a message names. */
  readonly serviceUrl: string;
}

export type Announce = (delivered: CloudEvent<PubsubMessage>) => Promise<void>;

/** Thrown to be delivered again; the message goes to the log and, by the framework, into the answer. */
export class RetryLater extends Error {}

export function createAnnounce(ports: AnnouncePorts): Announce {
  return async function announce(delivered) {
    const event = readEvent(delivered);
    if (event === null) {
      ports.log.error('message dropped', { reason: 'it is no event of Pinward', delivery: delivered.id });
      return;
    }
    const message = composeMessage(event, ports.serviceUrl);
    if (message !== null) await announceEvent(ports, event, message);
  };
}

/** Tells one event once. Throws `RetryLater` when it must be delivered again. */
async function announceEvent(ports: AnnouncePorts, event: Event, message: Message): Promise<void> {
  const { store, channel, clock, log } = ports;
  const read = await readAnnouncement(store, event.id);
  const before = read?.value ?? null;
  if (before !== null && isSettled(before)) return;
  const given = giveUp(before, clock());
  const claimed = given ?? claim(before, event.id, clock());
  if (claimed === null) throw new RetryLater(`${event.id} waits until ${before?.until}`);
  const isWritten = await write(store, read, claimed);
  if (!isWritten) throw new RetryLater(`somebody else claimed ${event.id}`);
  if (given !== null) return report(log, given);

  const posted = await channel.post(message);
  const settled = settle(claimed, posted, clock());
  await recordSettled(ports, claimed, settled, posted);
  report(log, settled);
  if (settled.state === 'waiting') throw new RetryLater(`${event.id}: ${settled.reason}`);
}

function report(log: Log, { event, state, attempts, reason }: Announcement): void {
  if (state === 'done') log.info('announced', { event, state, attempts });
  else log.error('not announced', { event, state, attempts, reason });
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

async function readAnnouncement(store: Store, id: string): Promise<Stored<Announcement> | null> {
  const read = await store.read('announcement', id);
  if (!read.ok) throw new RetryLater(`the store can not be read: ${read.fault.code}`);
  return read.value;
}

/** Writes if nobody wrote since it was read; whether it did. */
async function write(
  store: Store,
  read: Stored<Announcement> | null,
  value: Announcement,
  also: readonly Write[] = [],
): Promise<boolean> {
  const expect = read === null ? 'absent' : { version: read.version };
  const written = await store.commit([{ kind: 'announcement', id: value.event, expect, value }, ...also]);
  if (!written.ok && written.fault.code !== 'write_conflict')
    throw new RetryLater(`the store took nothing: ${written.fault.code}`);
  return written.ok;
}

/**
 * Records what came of a post, with what the operator should know of the channel; unless the lease ran out meanwhile. A
 * store that fails for a moment is asked again, since an accepted post that isn't recorded would be repeated.
 */
async function recordSettled(
  ports: AnnouncePorts,
  claimed: Announcement,
  settled: Announcement,
  posted: Posted,
  tries = 3,
): Promise<void> {
  try {
    const read = await readAnnouncement(ports.store, settled.event);
    const isOurs = read !== null && read.value.state === 'claimed' && read.value.attempts === claimed.attempts;
    if (isOurs) await write(ports.store, read, settled, healthIssueOf(posted, settled.until));
  } catch (error) {
    if (tries === 1) throw error;
    await recordSettled(ports, claimed, settled, posted, tries - 1);
  }
}

function healthIssueOf(posted: Posted, since: string): readonly Write[] {
  if (posted.kind === 'accepted') return [{ kind: 'healthIssue', id: 'slack', remove: true }];
  if (posted.kind !== 'revoked') return [];
  return [{ kind: 'healthIssue', id: 'slack', expect: 'any', value: { since, reason: posted.reason } }];
}

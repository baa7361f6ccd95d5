// The announce function: posts one message to the channel for each event that Pub/Sub names and the store has. It claims
// the announcement, posts, and records the result. A thrown error makes Pub/Sub deliver again. A failure that a retry
// can't fix is recorded instead.

import type { CloudEvent } from '@google-cloud/functions-framework';
import {
  type Announcement,
  claim,
  giveUp,
  isSettled,
  isTooOld,
  type Posted,
  settle,
} from '../../shared/domain/events/announcement.ts';
import type { Event } from '../../shared/domain/events/event.ts';
import type { Message } from '../../shared/domain/events/message.ts';
import type { Channel, Clock, Store, Stored, Write } from '../../shared/ports.ts';
import type { Log } from '../log.ts';
import { composeMessage } from './compose-message.ts';
import { findStoredEvent } from './stored-event.ts';

/** A Pub/Sub message as Eventarc delivers it. The framework makes the same from the emulator's push. */
export interface PubsubMessage {
  readonly message?: { readonly data?: string; readonly messageId?: string };
}

interface AnnouncePorts {
  readonly store: Store;
  readonly channel: Channel;
  readonly clock: Clock;
  readonly log: Log;
  /** The API's public URL, for the calls that a message shows. */
  readonly serviceUrl: string;
}

export type Announce = (delivered: CloudEvent<PubsubMessage>) => Promise<void>;

/** Thrown so that Pub/Sub delivers again. Its message appears in the log and in the framework's response. */
export class RetryLater extends Error {}

export function createAnnounce(ports: AnnouncePorts): Announce {
  return async function announce(delivered) {
    const event = await readEvent(ports, delivered);
    if (event === null) return;
    const message = composeMessage(event, ports.serviceUrl);
    if (message !== null) await announceEvent(ports, event, message);
  };
}

/** The event to announce; null when the message is dropped, which is logged. */
async function readEvent(ports: AnnouncePorts, delivered: CloudEvent<PubsubMessage>): Promise<Event | null> {
  const { store, clock, log } = ports;
  const found = await findStoredEvent(store, delivered.data?.message?.data);
  if (!found.ok) throw new RetryLater(`the store can't be read: ${found.fault.code}`);
  if (found.value.kind === 'dropped') {
    const { reason, seq, id } = found.value;
    log.error('message dropped', { reason, seq, event: id, delivery: delivered.id });
    return null;
  }
  const { event } = found.value;
  if (!isTooOld(event.at, clock())) return event;
  log.error('old event dropped', { seq: event.seq, event: event.id, at: event.at, delivery: delivered.id });
  return null;
}

/** Announces one event once. Throws `RetryLater` when Pub/Sub must deliver it again. */
async function announceEvent(ports: AnnouncePorts, event: Event, message: Message): Promise<void> {
  const { store, channel, clock, log } = ports;
  const read = await readAnnouncement(store, event.id);
  const before = read?.value ?? null;
  if (before !== null && isSettled(before)) return;
  const abandoned = giveUp(before, clock());
  const claimed = abandoned ?? claim(before, event.id, clock());
  if (claimed === null) throw new RetryLater(`${event.id} waits until ${before?.until}`);
  const isWritten = await write(store, read, claimed);
  if (!isWritten) throw new RetryLater(`another instance claimed ${event.id}`);
  if (abandoned !== null) return report(log, abandoned);

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

async function readAnnouncement(store: Store, id: string): Promise<Stored<Announcement> | null> {
  const read = await store.read('announcement', id);
  if (!read.ok) throw new RetryLater(`the store can't be read: ${read.fault.code}`);
  return read.value;
}

/** Writes unless another instance wrote since the read. Returns whether it wrote. */
async function write(
  store: Store,
  read: Stored<Announcement> | null,
  value: Announcement,
  also: readonly Write[] = [],
): Promise<boolean> {
  const expect = read === null ? 'absent' : { version: read.version };
  const written = await store.commit([{ kind: 'announcement', id: value.event, expect, value }, ...also]);
  if (!written.ok && written.fault.code !== 'write_conflict')
    throw new RetryLater(`the store can't be written: ${written.fault.code}`);
  return written.ok;
}

/**
 * Records the result of a post, and whether the channel has a health issue. Skipped when another instance took over the
 * claim. Retries a failing store at once, because an accepted post that isn't recorded would be repeated.
 */
async function recordSettled(
  ports: AnnouncePorts,
  claimed: Announcement,
  settled: Announcement,
  posted: Posted,
  attemptsLeft = 3,
): Promise<void> {
  try {
    const read = await readAnnouncement(ports.store, settled.event);
    const isClaimed = read !== null && read.value.state === 'claimed' && read.value.attempts === claimed.attempts;
    if (isClaimed) await write(ports.store, read, settled, healthIssueOf(posted, settled.until));
  } catch (error) {
    if (attemptsLeft === 1) throw error;
    await recordSettled(ports, claimed, settled, posted, attemptsLeft - 1);
  }
}

function healthIssueOf(posted: Posted, since: string): readonly Write[] {
  if (posted.kind === 'accepted') return [{ kind: 'healthIssue', id: 'slack', remove: true }];
  if (posted.kind !== 'revoked') return [];
  return [{ kind: 'healthIssue', id: 'slack', expect: 'any', value: { since, reason: posted.reason } }];
}

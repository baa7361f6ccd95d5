// Token usage: the day on which each fleet token was last used. Uses are noted in memory, and no call waits for the
// store. An instance writes each token once a day, in batches of at most one commit a minute.

import { dayMs } from '../../../shared/domain/day.ts';
import type { Clock, Store, Write } from '../../../shared/ports.ts';

const minWriteIntervalMs = 60_000;
const batchSize = 100;

/** Tokens are named by their SHA-256 (hex). */
interface TokenUsage {
  /** Called at each use. */
  note(sha256: string): void;
  /** The day (YYYY-MM-DD) on which this instance last saw the token; null when it hasn't. */
  lastDay(sha256: string): string | null;
}

export function createTokenUsage(store: Pick<Store, 'commit'>, clock: Clock): TokenUsage {
  const lastDay = new Map<string, number>();
  const unwritten = new Map<string, number>();
  let writtenAt = Number.NEGATIVE_INFINITY;

  async function write(): Promise<void> {
    const batch = [...unwritten].slice(0, batchSize);
    for (const [sha256] of batch) unwritten.delete(sha256);
    const committed = await store.commit(batch.map(([sha256, day]) => putOf(sha256, day))).catch(() => null);
    if (committed?.ok === true) return;
    for (const [sha256, day] of batch) if (!unwritten.has(sha256)) unwritten.set(sha256, day);
  }

  function note(sha256: string): void {
    const now = clock();
    const day = Math.floor(now / dayMs);
    if (lastDay.get(sha256) !== day) {
      lastDay.set(sha256, day);
      unwritten.set(sha256, day);
    }
    if (unwritten.size === 0 || Math.abs(now - writtenAt) < minWriteIntervalMs) return;
    writtenAt = now;
    // Not awaited: no call waits for it, and it never rejects.
    write();
  }

  function lastDayOf(sha256: string): string | null {
    const day = lastDay.get(sha256);
    return day === undefined ? null : dateOf(day);
  }

  return { note, lastDay: lastDayOf };
}

function putOf(sha256: string, day: number): Write {
  return { kind: 'tokenUse', id: sha256, expect: 'any', value: { day: dateOf(day) } };
}

function dateOf(day: number): string {
  return new Date(day * dayMs).toISOString().slice(0, 10);
}

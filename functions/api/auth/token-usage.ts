// On which day each fleet token was last in use. Polls never wait for it and hardly ever cause a write: one for each token,
// instance and day, gathered, and at most one commit a minute.

import { dayMs } from '../../../shared/domain/day.ts';
import type { Clock, Store, Write } from '../../../shared/ports.ts';

const writeAtMostEachMs = 60_000;
const batchSize = 100;

/** To be told of each use, by the token's SHA-256. */
export function createTokenUsage(store: Pick<Store, 'commit'>, clock: Clock): (sha256: string) => void {
  const noted = new Map<string, number>();
  const waiting = new Map<string, number>();
  let writtenAt = Number.NEGATIVE_INFINITY;

  async function write(): Promise<void> {
    const batch = [...waiting].slice(0, batchSize);
    for (const [sha256] of batch) waiting.delete(sha256);
    const committed = await store.commit(batch.map(([sha256, day]) => putOf(sha256, day))).catch(() => null);
    if (committed?.ok === true) return;
    for (const [sha256, day] of batch) if (!waiting.has(sha256)) waiting.set(sha256, day);
  }

  return function used(sha256) {
    const now = clock();
    const day = Math.floor(now / dayMs);
    if (noted.get(sha256) !== day) {
      noted.set(sha256, day);
      waiting.set(sha256, day);
    }
    if (waiting.size === 0 || Math.abs(now - writtenAt) < writeAtMostEachMs) return;
    writtenAt = now;
    // Nobody waits for it, and it never rejects.
    write();
  };
}

function putOf(sha256: string, day: number): Write {
  const value = { day: new Date(day * dayMs).toISOString().slice(0, 10) };
  return { kind: 'tokenUse', id: sha256, expect: 'any', value };
}

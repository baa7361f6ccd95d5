// Readings: the last answer of each GET, shared by all views that show it, and read again while somebody looks.

import { send } from './call.ts';
import type { Problem } from './replies.ts';

export interface Reading<T> {
  /** The last good answer, also while a newer one can't be had; null before the first. */
  readonly value: T | null;
  readonly etag: string | null;
  /** Why the last call failed; null when it didn't. */
  readonly problem: Problem | null;
}

interface Shared {
  reading: Reading<unknown>;
  readonly listeners: Set<() => void>;
  isReading: boolean;
  /** Whether something changed since the reading began. */
  isOutdated: boolean;
  /** Whether it was read ahead, and no view has shown it yet. */
  isAhead: boolean;
}

const refreshMs = 15_000;
const nothing: Reading<never> = { value: null, etag: null, problem: null };
const all = new Map<string, Shared>();

/** `path` has its query. */
export function readingOf(path: string): Reading<unknown> {
  return all.get(path)?.reading ?? nothing;
}

/** Reads the path, and calls back with each answer until the returned function is called. */
export function follow(path: string, listener: () => void): () => void {
  const shared = sharedOf(path);
  shared.listeners.add(listener);
  // What another part of the page shows is read regularly.
  if (!shared.isAhead && (shared.listeners.size === 1 || shared.reading.value === null)) read(path, shared);
  shared.isAhead = false;
  return () => {
    shared.listeners.delete(listener);
    if (shared.listeners.size === 0) all.delete(path);
  };
}

/** For views that the page will have in a moment. */
export function readAhead(paths: readonly string[]): void {
  for (const path of paths) {
    const shared = sharedOf(path);
    shared.isAhead = true;
    read(path, shared);
  }
}

/** After a change, or a sign-in. */
export function readAllAgain(): void {
  for (const [path, shared] of all) {
    // No view came for it.
    if (shared.listeners.size === 0) all.delete(path);
    else {
      shared.isOutdated = shared.isReading;
      read(path, shared);
    }
  }
}

/** Starts the regular reading; nobody reads for a page that nobody sees. */
export function keepReading(): void {
  setInterval(() => {
    if (document.visibilityState === 'visible') readAllAgain();
  }, refreshMs);
}

function sharedOf(path: string): Shared {
  const shared = all.get(path) ?? {
    reading: nothing,
    listeners: new Set<() => void>(),
    isReading: false,
    isOutdated: false,
    isAhead: false,
  };
  all.set(path, shared);
  return shared;
}

async function read(path: string, shared: Shared): Promise<void> {
  if (shared.isReading) return;
  shared.isReading = true;
  const answer = await send<unknown>({ method: 'GET', path });
  shared.isReading = false;
  shared.reading = answer.ok
    ? { value: answer.value, etag: answer.etag, problem: null }
    : { ...shared.reading, problem: answer.problem };
  for (const listener of shared.listeners) listener();
  if (!shared.isOutdated) return;
  shared.isOutdated = false;
  await read(path, shared);
}
